"""Consents taken back by command: a file of the project, and rows of the ledger.

The file is what lasts: the warehouse may be made anew from the inbox, and who withdrew stays away then, too.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import ConfigError
from prefstrata.sources._ledger import append_staged, clear_staging

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse

__all__ = ["WITHDRAWALS_FILE", "WITHDRAWN_BY_COMMAND", "keep_withdrawals", "recall_withdrawals"]

WITHDRAWALS_FILE = "withdrawals.jsonl"
"""The file of the project: a line for each subject, the pseudonym of a user or the id of another rater, and when."""
WITHDRAWN_BY_COMMAND = "withdraw"
"""What stands as the source of such a batch in ``ledger.batches``."""


def keep_withdrawals(directory: Path, subjects: Iterable[str], at: datetime) -> None:
    """Write subjects down in the project, for good."""
    lines = (json.dumps({"subject": subject, "requested_at": at.isoformat(timespec="seconds")}) for subject in subjects)
    with (directory / WITHDRAWALS_FILE).open("a+", encoding="utf-8", newline="\n") as file:
        file.seek(max(0, file.tell() - 1))
        torn = file.read(1) not in {"", "\n"}  # by a process that was killed: what follows is a line of its own
        file.write("\n" * torn + "".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def recall_withdrawals(engine: Warehouse, directory: Path) -> int:
    """Append what the project's file says and the ledger does not know; returns how many subjects that are.

    Raises:
        ConfigError: a line is not what :func:`keep_withdrawals` wrote.
    """
    kept = _kept(directory / WITHDRAWALS_FILE)
    known = set(engine.read("ledger.withdrawals")["subject"].to_list()) if kept else set()
    new = {subject: at for subject, at in kept.items() if subject not in known}
    if new:
        _append(engine, new)
    return len(new)


def _kept(path: Path) -> Mapping[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    if not path.exists():
        return found
    *lines, torn = path.read_text("utf-8").split("\n")
    for number, line in enumerate(lines + [torn] * bool(torn), 1):
        try:
            said = json.loads(line)
            found.setdefault(str(said["subject"]), datetime.fromisoformat(said["requested_at"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                "this is no withdrawal",
                where=f"{path}:{number}",
                todo='write {"subject": …, "requested_at": …}, or delete the line if it was never whole',
            ) from error
    return found


def _append(engine: Warehouse, subjects: Mapping[str, datetime | None]) -> None:
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
