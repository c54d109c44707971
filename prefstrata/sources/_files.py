"""Which files a source has, and which of their bytes the ledger knows."""

from __future__ import annotations

import glob
import hashlib
import os
import unicodedata
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.model import PrefstrataError
from prefstrata.sources._digests import Digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prefstrata.engine import Warehouse
    from prefstrata.sources._reading import Reading
    from prefstrata.sources.framing import Seen

__all__ = ["Known", "Opened", "State", "find_files", "place_of", "read_state"]

_LINES = {".jsonl", ".ndjson"}
_PACKED = {".gz", ".zst"}


class _Refused(NamedTuple):
    """The last refused record of a batch."""

    line: int
    offset: int
    reason: str


@dataclass(frozen=True)
class _Earlier:
    batch_id: str
    bytes: int
    read: int
    accepted: int
    is_cut: bool
    has_open_quote: bool
    refused: _Refused | None

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
    by_uri: dict[tuple[str, str], list[_Earlier]] = field(default_factory=dict)
    by_content: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of what is joined, the source and uri that it was read from last, by what is before the dash of its batch."""

    def elsewhere(self, content: str) -> list[_Earlier]:
        """What was read of joined bytes under the name that had them last, to go on from under a new name.

        With another file to join they are another batch, and which of their records found a partner is known all the
        same. Two histories are never mixed: what one has read of the bytes it does not know of the other.
        """
        return list(self.by_uri.get(self.by_content.get(content, ("", "")), []))


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
        if reading.joined_sha256 and not own and (earlier := state.elsewhere(_content_id(reading, seen.sha256))):
            seen, found = state.digests(path, frozenset(each.bytes for each in earlier))
        tried = _batch_id(reading, seen.sha256)
        if tried in state.batches:
            return Known(uri, state.batches[tried])
        reading_digest = _reading_digest(path, reading)
        if_refused = _with_digest(tried, reading_digest)
        if if_refused in state.batches:
            return Known(uri, if_refused)
        anew = tried in state.refused
        if anew and not any(_tried_on(each.batch_id) == tried for each in earlier):
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


def _begun(reading: Reading, earlier: Iterable[_Earlier], found: Mapping[int, str]) -> list[_Earlier]:
    """The batches whose bytes a file begins with, of which the digests at their sizes are given."""
    return [
        each
        for each in earlier
        if each.bytes in found and _content_id(reading, found[each.bytes]) == _parts(each.batch_id)[0]
    ]


def _standing(begun: list[_Earlier], digest: str) -> list[_Earlier]:
    """The batches that one with this digest goes on from.

    Those at the end of which nothing was accepted, and which were read with something else, are read anew with it. A
    batch whose id has no digest went on from all before it.
    """
    standing: list[_Earlier] = []
    for each in begun:
        _drop_refused(standing, _parts(each.batch_id)[2])
        standing.append(each)
    _drop_refused(standing, digest)
    return standing


def _drop_refused(standing: list[_Earlier], digest: str) -> None:
    while digest and standing and standing[-1].is_refused and _parts(standing[-1].batch_id)[2] != digest:
        standing.pop()


def _read_on(
    path: Path, reading: Reading, opened: Opened, begun: list[_Earlier], waiting: Mapping[str, Iterable[int]]
) -> Opened:
    """Go through what earlier batches read, in their order, to say what this one has to."""
    ends, kept = {0: _End(0)}, dict[int, tuple[int, str]]()
    for each in begun:
        joined = _parts(each.batch_id)[1]
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


def place_of(uri: str, line: int) -> str:
    """Where a record of a file is, for people: of a table neither its header nor its empty rows are records.

    Examples:
        >>> place_of("inbox/a.jsonl.gz", 1200), place_of("inbox/a.csv", 3)
        ('line 1,200', 'record 3')
    """
    suffixes = [suffix.lower() for suffix in PurePath(uri).suffixes if suffix.lower() not in _PACKED]
    return f"{'line' if suffixes and suffixes[-1] in _LINES else 'record'} {line:,}"


def find_files(directory: Path, pattern: str) -> list[Path]:
    """The files that match, by their path relative to the project.

    Raises:
        PrefstrataError: a name is not UTF-8, or has control characters, or a folder on the way cannot be read.
    """
    _demand_readable(directory, pattern)
    names = glob.glob(pattern, root_dir=directory, recursive=True)  # noqa: PTH207 - Path.glob does not follow ..
    found = [name for name in names if (directory / name).is_file()]
    for name in sorted(found):
        _check_name(name)
    return sorted((directory / name for name in found), key=lambda path: path.as_posix())


_EFFECTIVE = os.access in os.supports_effective_ids


def _demand_readable(directory: Path, pattern: str) -> None:
    """What cannot be listed would look like a folder without files: nothing new, day after day."""
    parts = pattern.split("/")
    for depth in range(1, len(parts)):
        for name in glob.iglob(f"{'/'.join(parts[:depth])}/", root_dir=directory, recursive=True):  # noqa: PTH207 - as above
            if not os.access(directory / name, os.R_OK | os.X_OK, effective_ids=_EFFECTIVE):
                raise PrefstrataError(
                    "this folder cannot be read",
                    where=name.rstrip("/"),
                    todo="Give the user who runs prefstrata the right to, or move it away; nothing was taken.",
                )


def _check_name(name: str) -> None:
    """Refuse a name that the ledger cannot hold, or that would command the terminal it is shown on."""
    if not any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        return
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    shown = "".join(
        f"\\x{ord(character):02x}" if unicodedata.category(character) == "Cc" else character for character in text
    )
    raise PrefstrataError(
        "the name of this file is not UTF-8, or has control characters",
        where=shown,
        todo="Rename it, or move it where the source's path does not find it; nothing was taken.",
    )


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
    last = {row[0]: (*row[1:3], None if row[4] is None else _Refused(*row[3:])) for row in refused}
    state = State(Digests(engine, directory), partial(_waiting, engine))
    for source, uri, batch_id, size, read, accepted in rows:
        before = state.by_uri.setdefault((source, uri), [])
        content, joined, _ = _parts(batch_id)
        earlier = _Earlier(batch_id, size, read, accepted, *last.get(batch_id, (False, False, None)))
        if joined:
            if not before:
                before += state.elsewhere(content)
            if size:
                state.by_content[content] = source, uri
        tried = _tried_on(batch_id)
        if earlier.is_refused:
            first = not any(each.accepted for each in before)
            _, whole = state.refused.get(tried, ("", True))
            state.refused[tried] = batch_id, whole and first
            if _parts(batch_id)[2]:
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


def _is_unfinished(path: Path, reading: Reading, each: _Earlier, end: int) -> bool:
    """Whether the last record of a batch was refused and may be whole by now; ``end`` is its place."""
    if each.is_cut or each.refused is None or not _is_plain_text(path, reading):
        return each.is_cut
    if reading.framing.kind_of(path) == "csv":
        # A quote that was not closed may be by now, so there a line end proves nothing.
        return each.refused.line == end and (each.refused.reason == "not_csv" or not _ends_line(path, each.bytes))
    with path.open("rb") as stored:
        stored.seek(each.refused.offset)
        return not stored.readline(each.bytes - each.refused.offset).endswith(b"\n")


def _bytes_in_doubt(path: Path, reading: Reading, each: _Earlier) -> int:
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


def _batch_id(reading: Reading, sha256: str) -> str:
    """What is before the dash says which bytes they are, whatever they are joined to."""
    content = _content_id(reading, sha256)
    return f"{content}-{reading.joined_sha256}" if reading.joined_sha256 else content


def _with_digest(tried: str, digest: str) -> str:
    """The id of a batch that says what it was read with: content, joined file or nothing, digest."""
    return f"{tried}-{digest}" if "-" in tried else f"{tried}--{digest}"


def _parts(batch_id: str) -> tuple[str, str, str]:
    """Content, joined file and digest of what it was read with; the last two may be empty."""
    content, joined, digest = [*batch_id.split("-"), "", ""][:3]
    return content, joined, digest


def _tried_on(batch_id: str) -> str:
    content, joined, _ = _parts(batch_id)
    return f"{content}-{joined}" if joined else content


def _reading_digest(path: Path, reading: Reading) -> str:
    """What a file is read with: the mapping and all that its source and its name say of it."""
    found = (reading.digest, reading.framing.kind_of(path), reading.framing.compression_of(path))
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


def _content_id(reading: Reading, sha256: str) -> str:
    """The source's name cannot hold a line end, so the encoding is read back in one way only."""
    return hashlib.sha256(f"{reading.source.name}\n{sha256}".encode()).hexdigest()
