"""What of a file is to be read: all of it, what follows what the ledger has, or nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.sources._batch_ids import content_id, digest_of, id_of, parts_of, tried_on, with_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.sources._reading import Reading
    from prefstrata.sources._state import Earlier, State
    from prefstrata.sources.framing import Seen

__all__ = ["Known", "Opened"]


@dataclass(frozen=True)
class Known:
    """A file whose batch is in the ledger, or was found earlier in this run."""

    uri: str
    batch_id: str


@dataclass(frozen=True)
class Opened:
    """A file to read: its batch, the file when it was hashed, and how many of its records the ledger already has."""

    uri: str
    batch_id: str
    seen: Seen
    passed: int
    if_refused: str = ""
    """Its batch when none of its records is accepted: it says what they were read with, for another reading may."""
    taken: int = 0
    """Bytes that must hold all of the last record passed over; 0 when there is nothing to fear."""
    again: tuple[int, ...] = ()
    """Numbers of records passed over that found no partner in the joined file as it was, and may now."""
    is_last_again: bool = False
    """Whether the record after those passed over found no partner in the joined file as it was, and may now."""
    is_changed: bool = False
    """Whether records were accepted from the file when it had other bytes, which these do not begin with."""

    @staticmethod
    def of(path: Path, directory: Path, reading: Reading, state: State) -> Opened | Known:
        """Look at the bytes of a file.

        Raises:
            PrefstrataError: it cannot be read.
        """
        uri = Path(os.path.relpath(path, directory)).as_posix()
        earlier = own = state.by_uri.get((reading.source.name, uri), [])
        seen, found = state.digests(path, frozenset(each.bytes for each in earlier))
        if reading.joined_sha256 and not own and (earlier := state.elsewhere(content_id(reading, seen.sha256))):
            seen, found = state.digests(path, frozenset(each.bytes for each in earlier))
        tried = id_of(reading, seen.sha256)
        if tried in state.batches:
            return Known(uri, state.batches[tried])
        reading_digest = digest_of(path, reading)
        if_refused = with_digest(tried, reading_digest)
        if if_refused in state.batches:
            return Known(uri, if_refused)
        anew = tried in state.refused
        if anew and not any(tried_on(each.batch_id) == tried for each in earlier):
            # Under another name nobody knows which of its records were passed over, unless there was none.
            refused_as, is_whole = state.refused[tried]
            if not is_whole:
                return Known(uri, refused_as)
        begun = _begun(reading, earlier, found)
        standing = _standing(begun, reading_digest)
        batch_id = if_refused if anew or len(standing) < len(_standing(begun, "")) else tried
        waiting = state.waiting([each.batch_id for each in standing]) if reading.joined_sha256 else {}
        is_changed = not begun and any(each.accepted for each in own)
        opened = Opened(uri, batch_id, seen, 0, if_refused, is_changed=is_changed)
        opened = _read_on(path, reading, opened, standing, waiting)
        same = [each for each in (standing if seen.bytes else own) if each.bytes == seen.bytes]
        if same and not opened.again and not opened.is_last_again:
            # Another joined file has nothing to say of records that found their partner.
            state.batches[tried] = same[-1].batch_id
            return Known(uri, same[-1].batch_id)
        state.batches[tried] = batch_id
        return opened


def _begun(reading: Reading, earlier: Iterable[Earlier], found: Mapping[int, str]) -> list[Earlier]:
    """The batches whose bytes a file begins with, of which the digests at their sizes are given."""
    return [
        each
        for each in earlier
        if each.bytes in found and content_id(reading, found[each.bytes]) == parts_of(each.batch_id)[0]
    ]


def _standing(begun: list[Earlier], digest: str) -> list[Earlier]:
    """The batches that one with this digest goes on from.

    Those at the end of which nothing was accepted, and which were read with something else, are read anew with it. A
    batch whose id has no digest went on from all before it.
    """
    standing: list[Earlier] = []
    for each in begun:
        _drop_refused(standing, parts_of(each.batch_id)[2])
        standing.append(each)
    _drop_refused(standing, digest)
    return standing


def _drop_refused(standing: list[Earlier], digest: str) -> None:
    while digest and standing and standing[-1].is_refused and parts_of(standing[-1].batch_id)[2] != digest:
        standing.pop()


def _read_on(
    path: Path, reading: Reading, opened: Opened, begun: list[Earlier], waiting: Mapping[str, Iterable[int]]
) -> Opened:
    """Go through what earlier batches read, in their order, to say what this one has to."""
    ends, kept = {0: _End(0)}, dict[int, tuple[int, str]]()
    for each in begun:
        joined = parts_of(each.batch_id)[1]
        tried = _tried_again(kept, each.bytes, joined)
        end = ends[max(size for size in ends if size <= each.bytes)]
        # A last record that was refused before it was whole was read again by the next batch. The same bytes hold the
        # same records, whatever was read of them anew.
        records = end.records + (0 if each.bytes in ends else each.read - end.is_unfinished - len(tried))
        is_unfinished = _is_unfinished(path, reading, each, records)
        sizes = {line: kept.pop(line)[0] for line in tried}
        kept |= {line: (sizes.get(line, each.bytes), joined) for line in waiting.get(each.batch_id, ())}
        _, waits = kept.pop(each.refused.line, (0, "")) if is_unfinished and each.refused else (0, "")
        ends[each.bytes] = _End(records, is_unfinished, _bytes_in_doubt(path, reading, each), waits)
    end = ends[max(ends)]
    again = _tried_again(kept, opened.seen.bytes, reading.joined_sha256)
    return replace(
        opened,
        passed=end.records - end.is_unfinished,
        taken=end.taken,
        again=tuple(sorted(again)),
        is_last_again=end.waits not in {"", reading.joined_sha256},
    )


class _End(NamedTuple):
    """Where a batch ends: the records up to there, and what the last of them may become."""

    records: int
    is_unfinished: bool = False
    """Whether it was refused when it may not have been whole."""
    taken: int = 0
    """Bytes that must hold all of it; 0 when there is nothing to fear."""
    waits: str = ""
    """The joined file in which it found no partner, when it is unfinished for that alone."""


def _tried_again(kept: Mapping[int, tuple[int, str]], size: int, joined: str) -> set[int]:
    """The records among those that wait for a partner which a batch with another joined file tries again."""
    return {line for line, (read_at, tried_with) in kept.items() if read_at <= size and tried_with != joined}


def _is_unfinished(path: Path, reading: Reading, each: Earlier, end: int) -> bool:
    """Whether the last record of a batch was refused and may be whole by now; ``end`` is its place."""
    if each.is_cut or each.refused is None or not _is_plain_text(path, reading):
        return each.is_cut
    if reading.framing.kind_of(path) == "csv":
        # A quote that was not closed may be by now, so there a line end proves nothing.
        return each.refused.line == end and (each.refused.reason == "not_csv" or not _ends_line(path, each.bytes))
    with path.open("rb") as stored:
        stored.seek(each.refused.offset)
        return not stored.readline(each.bytes - each.refused.offset).endswith(b"\n")


def _bytes_in_doubt(path: Path, reading: Reading, each: Earlier) -> int:
    """The bytes of a batch, when those that were added may have gone into its last record."""
    if not _is_plain_text(path, reading) or (_ends_line(path, each.bytes) and not each.has_open_quote):
        return 0
    return each.bytes


def _is_plain_text(path: Path, reading: Reading) -> bool:
    return reading.framing.kind_of(path) in {"csv", "jsonl"} and reading.framing.compression_of(path) == "none"


def _ends_line(path: Path, size: int) -> bool:
    if not size:
        return True
    with path.open("rb") as stored:
        stored.seek(size - 1)
        return stored.read(1) == b"\n"
