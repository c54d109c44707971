"""What the ledger has read of a project's files, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.sources._batch_ids import parts_of, tried_on
from prefstrata.sources._digests import Digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse

__all__ = ["Earlier", "State", "read_state"]


class Refused(NamedTuple):
    """The last refused record of a batch."""

    line: int
    offset: int
    reason: str


@dataclass(frozen=True)
class Earlier:
    """A batch of a file, and what may become of its last record."""

    batch_id: str
    bytes: int
    read: int
    accepted: int
    is_cut: bool
    has_open_quote: bool
    refused: Refused | None

    @property
    def is_refused(self) -> bool:
        """Whether it had records and none of them was accepted."""
        return self.read > 0 and self.accepted == 0


@dataclass
class State:
    """What the ledger has: batches by id, and by source and uri; batches found in this run are added."""

    digests: Digests
    """What files hold."""
    waiting: Callable[[list[str]], Mapping[str, Iterable[int]]]
    """For batch ids, the numbers of the records that their joined file kept back, by batch."""
    batches: dict[str, str] = field(default_factory=dict)
    """Batches that are not read again, by what they were tried on and, where nothing was accepted, with."""
    refused: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Of what nothing was accepted, its batch, and whether nothing was accepted before from the file as it was."""
    by_uri: dict[tuple[str, str], list[Earlier]] = field(default_factory=dict)
    by_content: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of what is joined, the source and uri that it was read from last, by what is before the dash of its batch."""

    def elsewhere(self, content: str) -> list[Earlier]:
        """What was read of joined bytes under the name that had them last, to go on from under a new name.

        With another file to join they are another batch, and which of their records found a partner is known all the
        same. Two histories are never mixed: what one has read of the bytes it does not know of the other.
        """
        return list(self.by_uri.get(self.by_content.get(content, ("", "")), []))


def read_state(engine: Warehouse, directory: Path) -> State:
    """What the ledger has read of the project in this folder."""
    with engine.connection() as connection:
        refused = connection.execute(
            """
            select batch_id, bool_or(reason = 'truncated'), bool_or(reason = 'not_csv'), max(line),
                arg_max("offset", line), arg_max(reason, line)
            from ledger.quarantine group by batch_id
            """
        ).fetchall()
        rows = connection.execute(
            "select source, uri, batch_id, bytes, read, accepted from ledger.batches order by seq"
        ).fetchall()
    last = {row[0]: (*row[1:3], None if row[4] is None else Refused(*row[3:])) for row in refused}
    state = State(Digests(engine, directory), partial(_waiting, engine))
    for source, uri, batch_id, size, read, accepted in rows:
        before = state.by_uri.setdefault((source, uri), [])
        content, joined, _ = parts_of(batch_id)
        earlier = Earlier(batch_id, size, read, accepted, *last.get(batch_id, (False, False, None)))
        if joined:
            if not before:
                before += state.elsewhere(content)
            if size:
                state.by_content[content] = source, uri
        tried = tried_on(batch_id)
        if earlier.is_refused:
            first = not any(each.accepted for each in before)
            _, whole = state.refused.get(tried, ("", True))
            state.refused[tried] = batch_id, whole and first
            if parts_of(batch_id)[2]:
                state.batches[batch_id] = batch_id
        else:
            state.batches[tried] = batch_id
        before.append(earlier)
    return state


def _waiting(engine: Warehouse, batches: list[str]) -> Mapping[str, Iterable[int]]:
    with engine.connection() as connection:
        found = connection.execute(
            "select batch_id, list(line) from ledger.quarantine"
            " where reason in ('no_match', 'ambiguous_match') and batch_id in (select unnest(?)) group by batch_id",
            [batches],
        ).fetchall()
    return dict(found)
