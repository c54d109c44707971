"""Stages files on the machines of an engine that has several: the same code as on one.

Each task frames and maps a file, or some small ones of a source, in a DuckDB of its own, in memory, and writes what it
staged as Parquet beside the tables. So a line has the same verdict wherever it is read, and nothing of the files goes
through this process.
"""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Protocol

from prefstrata._version import __version__
from prefstrata.engine import DuckDBEngine
from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.model.tables import TABLES
from prefstrata.sources._ledger import clear_staging
from prefstrata.sources._opened import Opened
from prefstrata.sources._staging import Stager, grouped, speaks_of_users, to_stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from prefstrata.engine import Warehouse
    from prefstrata.sources._reading import Reading
    from prefstrata.sources._staging import File, Staged
    from prefstrata.sources.mapping import Demand

__all__ = ["SpreadStager", "stager_for"]

_STAGED = tuple(table.name for table in TABLES if table.schema == "staging")
_MEMORY = "1GB"


class _Spreading(Protocol):
    """The part of an engine that has other machines."""

    def spread(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any] | None: ...

    def new_folder(self, full_name: str) -> tuple[str, Path]: ...

    def take(self, full_name: str, folder: str) -> None: ...


@dataclass(frozen=True)
class _Task:
    """Files of a source to stage, and where the rows go: a folder for each staging table."""

    reading: Reading
    files: list[tuple[Path, Opened]]
    position: int
    demand: Demand
    key: bytes | None
    folders: dict[str, Path]
    version: str


@dataclass(frozen=True)
class _Told:
    """What came of a task: what it staged of each file, or why it could not.

    An error travels in words: it has no better way.
    """

    staged: list[Staged] | None
    error: tuple[str, str, str] = ("", "", "")


class SpreadStager:
    """Stages all files at once; ``batches`` counts them."""

    def __init__(self, engine: _Spreading, demand: Demand, key: Callable[[], bytes]) -> None:
        """Stage into the engine's staging tables, which must be there; ``key`` gives that of pseudonyms."""
        self._engine, self._demand, self._key = engine, demand, key
        self.batches = 0

    def stage_all(self, files: Iterable[File]) -> Iterator[tuple[File, Staged | None]]:
        """Look at all files, stage those that are new, and say of each, in their order, what came of it.

        Raises:
            PrefstrataError: a file is broken, or is not the one that was looked at; the first of them.
            ConfigError: a worker has another version of prefstrata.
        """
        groups = list(grouped(files))
        new = [(group[0][0], found) for group in groups if (found := to_stage(group))]
        named = {name: self._engine.new_folder(f"staging.{name}") for name in _STAGED} if new else {}
        folders = {name: folder for name, (_, folder) in named.items()}
        starts = accumulate((len(found) for _, found in new), initial=0)
        tasks = [self._task(start, *each, folders) for start, each in zip(starts, new, strict=False)]
        staged: list[Staged] = []
        for told in self._engine.spread(_stage, tasks) or []:
            if told.staged is None:
                what, where, todo = told.error
                raise PrefstrataError(what, where=where, todo=todo)
            staged += told.staged
        for name, (folder, _) in named.items():
            self._engine.take(f"staging.{name}", folder)
        self.batches += len(staged)
        outcomes = iter(staged)
        for file in chain.from_iterable(groups):
            yield file, next(outcomes) if isinstance(file[2], Opened) else None

    def _task(
        self, position: int, reading: Reading, files: list[tuple[Path, Opened]], folders: dict[str, Path]
    ) -> _Task:
        key = self._key() if speaks_of_users(reading) else None
        return _Task(reading, files, position, self._demand, key, folders, __version__)


def stager_for(engine: Warehouse, demand: Demand, key: Callable[[], bytes]) -> Stager | SpreadStager:
    """How files are staged on an engine."""
    if isinstance(engine, DuckDBEngine):
        return Stager(engine, demand, key)
    return SpreadStager(engine, demand, key)  # type: ignore[arg-type] # the other engine there is has all of it


def _stage(task: _Task) -> _Told:
    """Stage what a task is of, on whatever machine this is."""
    try:
        if task.version != __version__:
            raise ConfigError(
                f"a worker has prefstrata {__version__}, and the run is of {task.version}",
                where="engine: spark",
                todo="install the same version on all machines",
            )
        with tempfile.TemporaryDirectory(prefix="prefstrata-") as spill:
            engine = DuckDBEngine(":memory:", threads=1, memory_limit=_MEMORY, temp_directory=spill)
            try:
                return _Told(_staged(engine, task))
            finally:
                engine.close()
    except PrefstrataError as error:
        return _Told(None, (error.what, error.where, error.todo))


def _staged(engine: DuckDBEngine, task: _Task) -> list[Staged]:
    clear_staging(engine)
    stager = Stager(engine, task.demand, lambda: task.key or b"")
    stager.batches = task.position
    with engine.without_checkpoints():
        told = stager.stage(task.reading, task.files)
    with engine.connection() as connection:
        for name, folder in task.folders.items():
            [(rows,)] = connection.execute(f"select count(*) from staging.{name}").fetchall()  # noqa: S608 - own names
            if rows:
                # A task may be tried again, or run twice at once: each writes a file of its own, and the last is taken.
                file = folder / f"{task.files[0][1].batch_id}.parquet"
                half = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
                quoted = str(half).replace("'", "''")
                connection.execute(f"copy staging.{name} to '{quoted}' (format parquet)").fetchall()
                half.replace(file)
    return told
