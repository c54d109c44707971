"""Consents taken back by command: a file of the project, and rows of the ledger.

The file is what lasts: the warehouse may be made anew from the inbox, and who withdrew stays away then, too. Each line
says which key its pseudonym was made with, because with another one it would be nobody's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import ConfigError
from prefstrata.model.room import in_room
from prefstrata.model.tables import table
from prefstrata.sources._ledger import append_staged, clear_staging
from prefstrata.sources._pseudonyms import CHECK_FILE, hashed_raters, key_at_hand, key_sign

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project

__all__ = [
    "WITHDRAWALS_FILE",
    "WITHDRAWN_BY_COMMAND",
    "hash_withdrawn",
    "keep_withdrawals",
    "recall_withdrawals",
    "withdrawn_by_command",
]

WITHDRAWALS_FILE = "withdrawals.jsonl"
"""The file of the project: a line for each subject, the pseudonym of a user or the id of another rater, and when."""
WITHDRAWN_BY_COMMAND = "withdraw"
"""What stands as the source of such a batch in ``ledger.batches``."""

_SUBJECT = re.compile(r"[0-9a-f]{32}|(expert|crowd|user|judge|rule):.+")


def keep_withdrawals(project: Project, subjects: Iterable[str], at: datetime) -> None:
    """Write subjects down in the project, for good: all of them or, where there is no room, none.

    Raises:
        ConfigError: there is no room.
    """
    sign = key_sign(project)
    lines = (json.dumps(_line(subject, at.isoformat(timespec="seconds"), sign)) for subject in subjects)
    path = project.directory / WITHDRAWALS_FILE
    with in_room(path), path.open("ab+", buffering=0) as file:
        before = file.tell()
        file.seek(max(0, before - 1))
        torn = file.read(1) not in {b"", b"\n"}  # by a process that was killed: what follows is a line of its own
        said = ("\n" * torn + "".join(f"{line}\n" for line in lines)).encode()
        try:
            while said:
                said = said[file.write(said) :]
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(before)  # half a line would be read as a mistake of people's, by every run from then on
            raise


def _line(subject: str, at: str, sign: str) -> dict[str, str]:
    """An id of a rater has a colon, and no key."""
    return {"subject": subject, "requested_at": at, **({} if ":" in subject else {"key": sign})}


def withdrawn_by_command(project: Project) -> frozenset[str]:
    """The ids of raters whom the project's file names; a pseudonym is that of a user.

    Raises:
        ConfigError: a line is not what :func:`keep_withdrawals` wrote.
    """
    kept = _kept(project.directory / WITHDRAWALS_FILE)
    return frozenset(each if ":" in each else f"user:{each}" for each in kept)


def hash_withdrawn(project: Project, raters: Collection[str]) -> tuple[str, frozenset[str]]:
    """What a release may say of raters, for those alone who have the project's key to know them again.

    Returns:
        What tells the key from other keys, and a hash of each rater's id; nothing of nobody, for whom no key is read,
        or of a project without one.

    Raises:
        ConfigError: the key is too short to be one, or its file cannot be read.
    """
    key = key_at_hand(project) if raters else None
    return hashed_raters(key, raters) if key else ("", frozenset())


def recall_withdrawals(engine: Warehouse, project: Project) -> int:
    """Append what the project's file says and the ledger does not know; returns how many subjects that are.

    Raises:
        ConfigError: a line is not what :func:`keep_withdrawals` wrote, or was written with another key than the
            project's: its user would come back.
    """
    path = project.directory / WITHDRAWALS_FILE
    kept = _kept(path)
    if not kept:
        return 0
    engine.ensure(table("ledger.withdrawals"))
    known = set(engine.read("ledger.withdrawals")["subject"].to_list())
    new = {subject: said for subject, said in kept.items() if subject not in known}
    sign = key_sign(project)
    if lost := [subject for subject, (_, key) in new.items() if ":" not in subject and key != sign]:
        raise ConfigError(
            f"{len(lost)} of those who withdrew were written down with another key than this project has: nobody could"
            " tell who they are, and what they took back would be released",
            where=str(path),
            todo=f"put back the key and {CHECK_FILE} of then, or take their records out of the inbox and these lines"
            " out of the file",
        )
    if new:
        _append(engine, {subject: at for subject, (at, _) in new.items()})
    return len(new)


def _kept(path: Path) -> Mapping[str, tuple[datetime, str]]:
    """By subject, when, and the sign of the key that its pseudonym was made with."""
    found: dict[str, tuple[datetime, str]] = {}
    if not path.exists():
        return found
    *lines, torn = path.read_text("utf-8").split("\n")
    for number, line in enumerate(lines + [torn] * bool(torn), 1):
        try:
            if line.strip():
                subject, at, key = _said(json.loads(line))
                found.setdefault(subject, (at, key))
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                "this is no withdrawal",
                where=f"{path}:{number}",
                todo='write {"subject": …, "requested_at": …}, or delete the line if it was never whole',
            ) from error
    return found


def _said(line: dict[str, str]) -> tuple[str, datetime, str]:
    subject = line["subject"]
    if not _SUBJECT.fullmatch(subject):
        raise ValueError(subject)
    return subject, datetime.fromisoformat(line["requested_at"]), line.get("key", "")


def _append(engine: Warehouse, subjects: Mapping[str, datetime]) -> None:
    said = "\n".join([WITHDRAWN_BY_COMMAND, *sorted(subjects)])
    batch = hashlib.sha256(said.encode()).hexdigest()
    many = len(subjects)
    clear_staging(engine)
    engine.load(
        "staging.withdrawals",
        pl.DataFrame(
            {
                "subject": list(subjects),
                "requested_at": list(subjects.values()),
                "batch_id": [batch] * many,
                "line": list(range(1, many + 1)),
            }
        ),
    )
    engine.load(
        "staging.batches",
        pl.DataFrame(
            {
                "batch_id": [batch],
                "source": [WITHDRAWN_BY_COMMAND],
                "mode": ["online"],
                "supervisor": ["user"],
                "uri": [WITHDRAWN_BY_COMMAND],
                "bytes": [len(said)],
                "read": [many],
                "position": [0],
            }
        ),
    )
    append_staged(engine)
