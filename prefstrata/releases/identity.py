"""What a release is computed from, as hashes: the ledger, the policies, the code. Equal parts, equal release."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

import rfc8785

from prefstrata._version import __version__
from prefstrata.engine import sql_names, sql_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.engine import Engine
    from prefstrata.policy import Policy

__all__ = ["CodeVersion", "Identity", "PolicyFile", "calibration_id", "identify", "policy_files"]


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """What decides what a release holds: our version, ``sql/``, the Python of fit and weighting, and the engine."""

    version: str
    sql_sha256: str
    duckdb: str


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as released: its reference (``name@version``), its bytes and their hash."""

    ref: str
    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything a release depends on, but for its parent.

    Attributes:
        ledger: order-free digest of all ledger rows; how they were cut into files does not matter.
        policies: the policies, in the project's order.
        code: the code that ran.
        project: the project's name, which stands in the manifest.
        kept: name of a fit of the rater model that was made on an earlier ledger and is still in use; None when the
            model is fitted to this one, which follows from the rest.
        searched_with: the libraries that recognise personal data, with their versions; empty when texts are not
            searched.
    """

    ledger: str
    policies: tuple[PolicyFile, ...]
    code: CodeVersion
    project: str
    kept: str | None = None
    searched_with: str = ""

    @property
    def content_id(self) -> str:
        """Hex sha256 over all of it."""
        return _digest(
            {
                "ledger": self.ledger,
                "policies": [[policy.ref, policy.sha256] for policy in self.policies],
                "code": [self.code.version, self.code.sql_sha256, self.code.duckdb],
                "project": self.project,
                **({"calibration": self.kept} if self.kept else {}),
                **({"searched_with": self.searched_with} if self.searched_with else {}),
            }
        )

    @property
    def made_by(self) -> str:
        """Hex sha256 over what a fit depends on beside the ledger: the policies, the code and the engine.

        A fit is kept only while this stays the same, so its name, which says no more than the ledger, the policies and
        the code, is enough in :attr:`content_id`.
        """
        policies = [[policy.ref, policy.sha256] for policy in self.policies]
        code = [self.code.version, self.code.sql_sha256, self.code.duckdb]
        return _digest({"policies": policies, "code": code})

    def release_id(self, parent: str, approval: Mapping[str, str] | None = None) -> str:
        """Hex sha256 over the content, the parent's release id (empty for the first) and the approval it rests on."""
        return _digest(
            {"content": self.content_id, "parent": parent, **({"approval": dict(approval)} if approval else {})}
        )


def identify(engine: Engine, project: str, policies: tuple[PolicyFile, ...], searched_with: str = "") -> Identity:
    """What a release made now would be computed from."""
    return Identity(_ledger_digest(engine), policies, _code_version(), project, searched_with=searched_with)


def policy_files(policies: tuple[tuple[Policy, Path], ...]) -> tuple[PolicyFile, ...]:
    """Policies as released, with the bytes of the files they were read from.

    Call it once, when the policies are read: a file that somebody edits while a run works must not be released in place
    of the one the run worked with.
    """
    return tuple(_policy_file(*each) for each in policies)


def calibration_id(identity: Identity) -> str:
    """Names the calibration: the kept one, or the model fitted to this ledger under these policies, by this code."""
    if identity.kept:
        return identity.kept
    policies = [[policy.ref, policy.sha256] for policy in identity.policies]
    code = [identity.code.version, identity.code.sql_sha256]
    return f"fitted-{_digest({'ledger': identity.ledger, 'policies': policies, 'code': code})[:16]}"


def _ledger_digest(engine: Engine) -> str:
    """The order-free digest of the ledger's content."""
    row = engine.query("manifest/ledger").row(0, named=True)
    return _digest([row["digest_high"], row["digest_low"], row["rows"]])


@cache
def _code_version() -> CodeVersion:
    texts = {name: hashlib.sha256(sql_text(name).encode()).hexdigest() for name in sql_names()}
    # The rater model, the weights and the search for personal data have steps in Python: they decide what a release
    # holds as much as SQL does.
    for package in ("noise", "weighting", "privacy"):
        steps = [path for path in files(f"prefstrata.{package}").iterdir() if path.name.endswith(".py")]
        texts |= {f"{package}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in steps}
    texts["polars"] = version("polars")
    return CodeVersion(__version__, _digest(texts), version("duckdb"))


def _policy_file(policy: Policy, path: Path) -> PolicyFile:
    content = path.read_bytes()
    return PolicyFile(policy.ref, policy.name, content, hashlib.sha256(content).hexdigest())


def _digest(value: object) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]
