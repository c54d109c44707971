"""Consent taken back, by command: kept in a file of the project, and gone from the next release."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.pipeline._session import open_session
from prefstrata.sources import (
    BLANKS,
    WITHDRAWN_BY_COMMAND,
    keep_withdrawals,
    ledger_key,
    pseudonym_of,
    recall_withdrawals,
    tells_events,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from prefstrata.project import Project

__all__ = ["Withdrawn", "withdraw"]

_RATER = re.compile(r"(expert|crowd|judge|rule):.+")
"""The id of a rater who is no user: the same in every source, and no pseudonym."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal found.

    Attributes:
        source: the source whose user it is; empty for a rater, who has one id in all of them.
        subject: the user's pseudonym there, or the rater's id.
        events: events of the user in the ledger.
        judgements: votes, ratings and rewards of steps of the user in the ledger.
        is_new: whether consent had not been withdrawn before.
    """

    source: str
    subject: str
    events: int
    judgements: int
    is_new: bool


def withdraw(
    project: Project,
    user: str,
    *,
    source: str | None = None,
    wait: float = 0.0,
    waiting: Callable[[str], object] = lambda _: None,
) -> tuple[Withdrawn, ...]:
    """Record that a user took consent back, for one source or for all whose users are known by pseudonym.

    The name of a user is hashed here and written nowhere; raters who are no users keep theirs. Nothing is released:
    the next run makes a release without the user.

    Args:
        project: the project.
        user: the user, as the events of the source spell it; or the id of a rater who is no user, as ``crowd:ann``.
        source: name of the source, which may be one that the project had before; all that have users by default.
        wait: seconds to wait for a run to end.
        waiting: told once, when there is something to wait for.

    Raises:
        ConfigError: there is no such source, or none has users.
        UnreachableError: a run has the project and did not end in time.
    """
    name = unicodedata.normalize("NFC", user.strip(BLANKS))  # as the ledger spells names
    if not name:
        raise ConfigError("the user has no name", where="SUBJECT", todo="write it as the events of the source spell it")
    if any("\ud800" <= each <= "\udfff" for each in name):
        raise ConfigError("the name is not UTF-8", where="SUBJECT", todo="write it as the source spells it")
    with open_session(project, wait=wait, waiting=waiting) as session:
        with session.engine.connection() as connection:
            subjects = _subjects(project, connection, name, source)
            found = tuple(_found(connection, *each) for each in subjects)
        new = [each for each in found if each.is_new]
        if not new:
            return found
        # The file first: a run makes good what is not in the ledger yet.
        withdrawn = dict.fromkeys(each.subject for each in new)
        keep_withdrawals(project, withdrawn, datetime.now(UTC).replace(tzinfo=None))
        recall_withdrawals(session.engine, project)
    return found


def _subjects(
    project: Project, connection: duckdb.DuckDBPyConnection, name: str, source: str | None
) -> list[tuple[str, str]]:
    """Who it may be: sources, each with the pseudonym or the id of a rater that the name has there."""
    if source is None and _RATER.fullmatch(name):
        return [("", name)]
    # Sources that are no more, or were others once, are in the ledger, and what they brought is released.
    known = {(each.name, each.supervisor, each.mode) for each in project.sources}
    known |= set(connection.execute("select distinct source, supervisor, mode from ledger.batches").fetchall())
    names = sorted({each for each, _, _ in known} - {WITHDRAWN_BY_COMMAND})
    if source is not None and source not in names:
        raise ConfigError(
            f"there is no source {source!r}", where=str(project.file), todo=f"Sources are: {', '.join(names) or 'none'}"
        )
    of_users = {each for each, supervisor, mode in known if supervisor == "user" or mode == "online"}
    chosen = [source] if source else [each for each in names if each in of_users]
    if not chosen:
        raise ConfigError(
            "no source of this project has users",
            where=str(project.file),
            todo="name the source of the judgements with --source, or write a rater as supervisor:name",
        )
    supervisors = {(each, supervisor) for each, supervisor, _ in known if supervisor != "user"}
    raters = {each: sorted(f"{supervisor}:{name}" for of, supervisor in supervisors if of == each) for each in chosen}
    of_users |= {each.name for each in project.sources if tells_events(each)}
    of_users |= {each for (each,) in connection.execute("select distinct source from ledger.events").fetchall()}
    return [
        (each, subject)
        for each in chosen
        for subject in _named(project, connection, each, name, raters[each], may_be_user=each in of_users)
    ]


def _named(  # noqa: PLR0913 - who, where, and as what
    project: Project,
    connection: duckdb.DuckDBPyConnection,
    source: str,
    name: str,
    raters: list[str],
    *,
    may_be_user: bool,
) -> list[str]:
    """Annotators are known by name, so theirs may be written down; everybody else is a pseudonym.

    Whoever the ledger does not know yet is an annotator where the source tells of no users.
    """
    found = connection.execute(
        "select min(rater_id) from ledger.raters where rater_id in (select unnest($raters::varchar[]))",
        {"raters": raters},
    ).fetchall()
    if found[0][0]:
        return [str(found[0][0])]
    return raters if raters and not may_be_user else [pseudonym_of(ledger_key(project), source, name)]


def _found(connection: duckdb.DuckDBPyConnection, source: str, subject: str) -> Withdrawn:
    # The raters that evidence.withdrawn leaves out for this subject.
    [(events, judgements, before)] = connection.execute(
        "with raters as (select $rater as rater_id union select rater_id from ledger.events where user_id = $subject)"
        " select (select count(*) from ledger.events where user_id = $subject),"
        " (select count(*) from ledger.votes semi join raters using (rater_id))"
        " + (select count(*) from ledger.ratings semi join raters using (rater_id))"
        " + (select count(*) from ledger.steps semi join raters using (rater_id) where reward is not null),"
        " (select count(*) from ledger.withdrawals where subject = $subject)",
        {"subject": subject, "rater": subject if ":" in subject else f"user:{subject}"},
    ).fetchall()
    return Withdrawn(source, subject, events, judgements, before == 0)
