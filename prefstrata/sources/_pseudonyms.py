"""Keyed pseudonyms: who a user is leaves the door as an HMAC, and nobody without the key can tell whose it is.

The key stands in the environment, or in a file of the project that only its owner may read. Whoever destroys it leaves
every pseudonym in the ledger without a name, for good: a list of all users, hashed, gives nothing away (RFC 2104).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
import unicodedata
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.model.room import in_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from prefstrata.project import Project

__all__ = [
    "BLANKS",
    "CHECK_FILE",
    "KEY_FILE",
    "KEY_VARIABLE",
    "check_key",
    "hashed_raters",
    "key_at_hand",
    "key_sign",
    "ledger_key",
    "pseudonym_key",
    "pseudonym_of",
    "unlocked",
]

KEY_VARIABLE = "PREFSTRATA_PSEUDONYM_KEY"
"""The environment variable that holds the key, before any file."""
KEY_FILE = "pseudonyms.key"
"""The file of the project that holds it otherwise: 64 hexadecimal digits."""
CHECK_FILE = "pseudonyms.check"
"""The file of the project that tells the key of its pseudonyms from others, and nothing of the key; it is kept."""

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What is no part of a name at either end of it: all of Unicode's white space, named so that SQL means the same."""

_LEAST = 16
_BLOCK = 64
_CHARACTERS = 32


def pseudonym_key(project: Project) -> bytes:
    """The key of a project's pseudonyms; made, for its owner alone to read, where there is none.

    Raises:
        ConfigError: the key is too short to be one, or its file cannot be read or written.
    """
    if variable := os.environ.get(KEY_VARIABLE, ""):
        # As in the file: the line end that came with a key is no part of it.
        given = variable.encode().strip()
        if len(given) < _LEAST:
            raise ConfigError(
                f"the key has {len(given)} characters", where=KEY_VARIABLE, todo=f"give it {_LEAST} or more, at random"
            )
        return given
    path = project.directory / KEY_FILE
    try:
        return _made(path) or _read(path)
    except OSError as error:
        raise ConfigError(
            f"it cannot be read or written: {error.strerror}", where=str(path), todo=f"or set {KEY_VARIABLE}"
        ) from error


def ledger_key(project: Project) -> bytes:
    """The key of a project's pseudonyms, when it is the one that the ledger's were made with.

    With another, every user would be somebody new, and no withdrawal would meet anybody.

    Raises:
        ConfigError: it is another, or it is gone; or as :func:`pseudonym_key`.
    """
    known = check_key(project)
    key = pseudonym_key(project)
    if not known:
        file = _check_file(project)
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with in_room(file), unfinished.open("w", encoding="ascii") as new:
                new.write(f"{_sign(key)}\n")
                new.flush()
                os.fsync(new.fileno())
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    return key


def key_sign(project: Project) -> str:
    """What tells the key of the project's pseudonyms from others; empty when there is none yet."""
    file = _check_file(project)
    return file.read_text("ascii").strip() if file.exists() else ""


def key_at_hand(project: Project) -> bytes | None:
    """The key of a project's pseudonyms where there is one, and the ledger's were made with no other. None is made.

    Raises:
        ConfigError: the key is too short to be one, or its file cannot be read.
    """
    if not _has_key(project):
        return None
    key = pseudonym_key(project)
    known = key_sign(project)
    return key if not known or hmac.compare_digest(_sign(key), known) else None


def check_key(project: Project) -> bool:
    """Whether the ledger's pseudonyms have a key; that it is this one is seen to. No key is made.

    Raises:
        ConfigError: it is another, or it is gone; or as :func:`pseudonym_key`.
    """
    known = key_sign(project)
    if not known:
        return False
    if not _has_key(project):
        raise _another("the key of the ledger's pseudonyms is gone", project)
    if not hmac.compare_digest(_sign(pseudonym_key(project)), known):
        raise _another("this is not the key that the ledger's pseudonyms were made with", project)
    return True


def _has_key(project: Project) -> bool:
    return bool(os.environ.get(KEY_VARIABLE)) or (project.directory / KEY_FILE).exists()


def _check_file(project: Project) -> Path:
    return project.directory / CHECK_FILE


def _sign(key: bytes) -> str:
    return hmac.new(key, b"the key of the pseudonyms in this ledger", hashlib.sha256).hexdigest()[:_CHARACTERS]


def _another(what: str, project: Project) -> ConfigError:
    where = KEY_VARIABLE if os.environ.get(KEY_VARIABLE) else str(project.directory / KEY_FILE)
    return ConfigError(
        what,
        where=where,
        todo=f"put the key back, in {KEY_VARIABLE} or in {KEY_FILE}. If it was destroyed on purpose, delete"
        f" {_check_file(project)}: users get new pseudonyms then, and those whom the ledger has can no longer"
        " withdraw by name",
    )


def _made(path: Path) -> bytes | None:
    """A new key in a new file, whole or not at all; None when there is one."""
    unfinished = f".{path.name}."
    if path.exists():
        # What a killed process left may be a copy of the key, which must not outlive it. Who still makes one has lost.
        for left in path.parent.glob(f"{unfinished}*"):
            with suppress(OSError):
                left.unlink()
        return None
    key = secrets.token_hex(32)
    handle, name = tempfile.mkstemp(prefix=unfinished, dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{key}\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(new)
    except (FileExistsError, FileNotFoundError):
        return None
    finally:
        new.unlink(missing_ok=True)
    return key.encode()


def _read(path: Path) -> bytes:
    key = path.read_bytes().strip()
    if len(key) < _LEAST:
        raise ConfigError("it holds no key", where=str(path), todo=f"give it {_LEAST} characters or more, at random")
    return key


def pseudonym_of(key: bytes, source: str, name: str) -> str:
    """The pseudonym of a user of a source: the first 128 bits of an HMAC-SHA-256, as hexadecimal digits."""
    plain = unicodedata.normalize("NFC", name.strip(BLANKS))
    return hmac.new(key, f"{source}/{plain}".encode(), hashlib.sha256).hexdigest()[:_CHARACTERS]


def hashed_raters(key: bytes, raters: Iterable[str]) -> tuple[str, frozenset[str]]:
    """What tells the key from others, and the first 128 bits of an HMAC-SHA-256 of each rater's id, in hexadecimal.

    What is hashed begins with words that no pseudonym is made of: a rater's hash is nobody's pseudonym.
    """
    said = (hmac.new(key, f"who withdrew consent: {rater}".encode(), hashlib.sha256) for rater in raters)
    return _sign(key), frozenset(each.hexdigest()[:_CHARACTERS] for each in said)


@contextmanager
def unlocked(connection: duckdb.DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Let ``keyed_hash`` in mappings use the key, on this connection and until the block ends; nothing writes it down.

    The two halves are what HMAC makes of a key before it sees a text; a key longer than a block is hashed first.
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    for name, pad in (("pseudonym_inner", 0x36), ("pseudonym_outer", 0x5C)):
        connection.execute(f"set variable {name} = from_hex('{bytes(each ^ pad for each in block).hex()}')").fetchall()
    try:
        yield
    finally:
        for name in ("pseudonym_inner", "pseudonym_outer"):
            connection.execute(f"reset variable {name}").fetchall()
