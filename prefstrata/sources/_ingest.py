"""Reads the files of a project's sources that are not in the ledger yet, and appends what they say.

A batch is a source and the bytes of a file; one that is in the ledger is never read again. A file that grew, so that
its earlier bytes are the beginning of the new ones, is read on from where the ledger stands: its earlier records are
passed over by their number, so that records without an id of their own are not counted twice. A batch of which nothing
was accepted is read anew when its source says another way to read it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from prefstrata.model import ConfigError
from prefstrata.model.tables import table
from prefstrata.sources._digests import HASHED
from prefstrata.sources._finding import find_files
from prefstrata.sources._frozen import check_frozen, demand_pairs
from prefstrata.sources._ledger import AppendSummary, append_staged, clear_staging
from prefstrata.sources._opened import Known, Opened
from prefstrata.sources._pseudonyms import ledger_key
from prefstrata.sources._reading import Reading, compile_source
from prefstrata.sources._spreading import stager_for
from prefstrata.sources._state import State, read_state
from prefstrata.sources.mapping import Demand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.project import Project
    from prefstrata.sources._ledger import Refusals
    from prefstrata.sources._spreading import SpreadStager
    from prefstrata.sources._staging import Stager

__all__ = ["FileOutcome", "IngestSummary", "check_sources", "ingest"]


_AHEAD = timedelta(days=1)
"""How far a time may lie ahead that was written down without its zone, or by a clock that is wrong."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        source: name of its source.
        uri: the file, relative to the project.
        status: new, grown (read on from where the ledger stood), changed (read whole: it does not begin with what
            was read of it) or known (in the ledger already).
        batch_id: its batch.
        read: records read now.
        accepted: records that are now in the ledger, whole.
        quarantined: records refused; read = accepted + quarantined.
        reasons: refused records by reason.
    """

    source: str
    uri: str
    status: Literal["new", "grown", "changed", "known"]
    batch_id: str
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What was found, file by file, and what the ledger got; ``appended`` is None when nothing was new.

    ``empty`` holds the path of every source that finds no file, by the source's name.
    """

    files: tuple[FileOutcome, ...]
    appended: AppendSummary | None
    empty: Mapping[str, str] = field(default_factory=dict)

    @property
    def new(self) -> tuple[FileOutcome, ...]:
        """Files that were read."""
        return tuple(each for each in self.files if each.status != "known")

    @property
    def refusals(self) -> Mapping[str, Sequence[Refusals]]:
        """By batch, why records of it were refused now: each reason with its first record, the most frequent first."""
        found: defaultdict[str, list[Refusals]] = defaultdict(list)
        for each in self.appended.refusals if self.appended else ():
            found[each.batch_id].append(each)
        return found

    @property
    def read(self) -> int:
        """Records read."""
        return sum(each.read for each in self.files)

    @property
    def accepted(self) -> int:
        """Records that are now in the ledger, whole."""
        return sum(each.accepted for each in self.files)

    @property
    def quarantined(self) -> int:
        """Records refused."""
        return sum(each.quarantined for each in self.files)

    @property
    def reasons(self) -> Mapping[str, int]:
        """Refused records by reason."""
        total: Counter[str] = Counter()
        for each in self.files:
            total.update(each.reasons)
        return dict(sorted(total.items()))


def check_sources(project: Project, only: Collection[str] | None = None) -> tuple[Reading, ...]:
    """Compile every source, opening no data file.

    Raises:
        ConfigError: a mapping is wrong; the message names file, line and key.
    """
    unknown = sorted(set(only or ()) - {source.name for source in project.sources})
    if unknown:
        known = ", ".join(source.name for source in project.sources) or "none"
        raise ConfigError(f"there is no source {unknown[0]!r}", where=str(project.file), todo=f"Sources are: {known}")
    chosen = [(place, source) for place, source in enumerate(project.sources) if only is None or source.name in only]
    return tuple(compile_source(project, place, source) for place, source in chosen)


def ingest(  # noqa: PLR0913 - from where, where to, what is asked of it, and whom to tell
    engine: Warehouse,
    project: Project,
    *,
    requirements: Collection[tuple[str, str]] = (),
    tagged: Collection[tuple[str, str]] = (),
    only: Collection[str] | None = None,
    progress: Callable[[str], object] = lambda _: None,
) -> IngestSummary:
    """Read every file that is not in the ledger yet, and append what they say in one transaction.

    What frozen sources say is appended first, in a transaction of its own, to a table of its own.

    Args:
        engine: the warehouse.
        project: the project; its sources say what to read and how.
        requirements: (scenario, risk level) cells in which a vote needs a reason; scenario ``*`` stands for the
            scenarios that no policy in ``policy.scenarios`` names.
        tagged: the same where the reason must be a tag or a winning dimension.
        only: names of the sources to read; all by default.
        progress: told, in a few words, what is being read.

    Raises:
        ConfigError: a source is wrong, or is frozen and was not when it was read; nothing was read.
        PrefstrataError: a file is missing, broken, or changes while it is read; the ledger is as it was.
    """
    readings = check_sources(project, only)
    for name in ("ledger.batches", "ledger.quarantine", "policy.scenarios", HASHED):
        engine.ensure(table(name))
    clear_staging(engine)
    check_frozen(engine, project)
    governed = frozenset(engine.read("policy.scenarios")["scenario"].to_list())
    state = read_state(engine, project.directory)
    latest = datetime.now(UTC).replace(tzinfo=None) + _AHEAD
    demand = Demand(frozenset(requirements), governed, frozenset(tagged), latest)
    key = cache(lambda: ledger_key(project))
    found: list[FileOutcome] = []
    appended: list[AppendSummary] = []
    for frozen in (True, False):
        stager = stager_for(engine, demand, key)
        chosen = [each for each in readings if each.source.frozen == frozen]
        # Until staging is empty again: the commit of the ledger would tidy what is thrown away next.
        with engine.without_checkpoints():
            here = list(_read_all(stager, _found(project.directory, chosen, state, progress)))
            found += here
            if stager.batches:
                if frozen:
                    demand_pairs(engine)
                progress("appending to the ledger")
                changed = [each.batch_id for each in here if each.status == "changed"]
                appended.append(append_staged(engine, frozen=frozen, changed=changed))
    state.digests.keep()
    named = {each.source for each in found}
    empty = {each.source.name: each.source.path for each in readings if each.source.name not in named}
    return IngestSummary(tuple(found), _together(appended), empty)


def _together(parts: Sequence[AppendSummary]) -> AppendSummary | None:
    """Several steps of the ledger as one; None when there was none."""
    if not parts:
        return None
    rows: Counter[str] = Counter()
    for part in parts:
        rows.update(part.rows)
    return AppendSummary(
        dict(rows),
        tuple(batch for part in parts for batch in part.batches),
        tuple(refusals for part in parts for refusals in part.refusals),
        {batch: statements for part in parts for batch, statements in part.again.items()},
    )


def _found(
    directory: Path, readings: Collection[Reading], state: State, progress: Callable[[str], object]
) -> Iterator[tuple[Reading, Path, Opened | Known]]:
    """Every file of the sources, looked at when it is asked for."""
    for reading in (each.located(state.digests) for each in readings):
        for path in find_files(directory, reading.source.path):
            opened = Opened.of(path, directory, reading, state)
            if isinstance(opened, Opened):
                progress(f"{reading.source.name}: reading {opened.uri}")
            yield reading, path, opened


def _read_all(
    stager: Stager | SpreadStager, files: Iterable[tuple[Reading, Path, Opened | Known]]
) -> Iterator[FileOutcome]:
    """Stage every file that is new."""
    refused_as: dict[str, str] = {}
    for (reading, _, opened), staged in stager.stage_all(files):
        name = reading.source.name
        if isinstance(opened, Known) or staged is None:
            yield FileOutcome(name, opened.uri, "known", refused_as.get(opened.batch_id, opened.batch_id))
            continue
        read, reasons = staged
        refused = sum(reasons.values())
        status: Literal["new", "grown", "changed"] = (
            "grown" if opened.passed else "changed" if opened.is_changed else "new"
        )
        batch_id = opened.if_refused if read and refused == read else opened.batch_id
        refused_as[opened.batch_id] = batch_id
        yield FileOutcome(name, opened.uri, status, batch_id, read, read - refused, refused, reasons)
