"""Why a record stands elsewhere: the policy that governs its scenario now, and the one that did, by its files."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from prefstrata.releases._moves import moves_since
from prefstrata.releases.identity import CodeVersion, Identity, PolicyFile
from prefstrata.stores.local import LocalStore
from tests._stores import release
from tests.sql._cases import frame
from tests.unit.releases._warehouse import warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.engine import DuckDBEngine

_CODE = CodeVersion("1", "s", "2")


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    """A warehouse in which a pair of the scenario medical went from main to weak."""
    with closing(warehouse()) as made:
        key = {"kind": "pairs", "record_id": "r", "settled": []}
        made.load("manifest.before", frame("manifest.before", [{**key, "layer": "main"}]))
        made.load("manifest.after", frame("manifest.after", [{**key, "layer": "weak"}]))
        made.load("evidence.prompts", frame("evidence.prompts", [{"prompt_id": "p", "scenario": "medical"}]))
        records = [{"kind": "pairs", "record_id": "r", "prompt_id": "p"}]
        made.load("weighting.records", frame("weighting.records", records))
        yield made


def _policy(ref: str, *scenarios: str) -> PolicyFile:
    content = f"name: {ref}\nscenarios: {[*scenarios]}\n".encode()
    return PolicyFile(ref, ref.partition("@")[0], content, hashlib.sha256(content).hexdigest())


def _reason(engine: DuckDBEngine, folder: Path, then: list[PolicyFile], now: dict[str, PolicyFile]) -> str:
    """The reason given when the policies ``then`` were released, and those of ``now`` govern, by scenario."""
    rows = [{"scenario": scenario, "policy": policy.ref} for scenario, policy in now.items()]
    engine.load("policy.scenarios", frame("policy.scenarios", rows))
    files = {f"policies/{policy.name}.yaml": policy for policy in then}
    earlier = {"policies": [{"policy": p.ref, "sha256": p.sha256, "path": path} for path, p in files.items()]}
    identity = Identity("d", tuple({policy.ref: policy for policy in now.values()}.values()), _CODE, "mine")
    with LocalStore(folder / "store") as store:
        release(store, {path: policy.content for path, policy in files.items()})
        [row] = moves_since(engine, store, store.resolve("latest"), identity, earlier)
    return str(row["reason"])


_GENERAL = _policy("general@1", "*")
_MEDICAL = _policy("medical@4", "medical")
_BOTH = _policy("general@2", "*", "medical")


@pytest.mark.parametrize(
    ("then", "now", "reason"),
    [
        ([_GENERAL], {"*": _GENERAL}, "new judgements"),
        ([_GENERAL], {"*": _policy("general@2", "*")}, "policy general@1 -> general@2"),
        ([_GENERAL], {"*": _GENERAL, "medical": _MEDICAL}, "policy general@1 -> medical@4"),
        ([_GENERAL, _MEDICAL], {"*": _GENERAL}, "policy medical@4 -> general@1"),
        ([_GENERAL, _MEDICAL], {"*": _policy("general@2", "*"), "medical": _MEDICAL}, "new judgements"),
        ([_BOTH], {"*": _BOTH, "medical": _BOTH}, "new judgements"),
        ([_policy("other@1", "*"), _MEDICAL], {"*": _MEDICAL}, "new judgements"),
        ([_policy("general@1", "*", "legal")], {"*": _GENERAL}, "policy general@1 -> general@1"),
    ],
    ids=["same", "version", "taken over", "given back", "another's", "both", "still the same", "edited"],
)
def test_a_policy_is_the_reason_where_it_took_the_scenario_over(
    engine: DuckDBEngine, tmp_path: Path, then: list[PolicyFile], now: dict[str, PolicyFile], reason: str
) -> None:
    """What counts is who governs the scenario of the record, whatever the policy is called and what else changed."""
    assert _reason(engine, tmp_path, then, now) == reason
