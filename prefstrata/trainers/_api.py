"""For training code: a checkout without the command, and rows without a folder of one's own."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.model import ConfigError
from prefstrata.trainers._checkout import TARGETS, checkout_layer
from prefstrata.trainers._locking import LOCK_FILE, lockable, locked, write_lock
from prefstrata.trainers._options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from prefstrata.stores import VersionStore
    from prefstrata.trainers._checkout import CheckedOut
    from prefstrata.trainers._report import LossReport

__all__ = ["Rows", "checkout", "load"]

_PROJECT = "PREFSTRATA_PROJECT"
_STREAMED: list[Rows] = []


def checkout(  # noqa: PLR0913 - what, for whom, where to, where from, and the lock file
    layer: str,
    *,
    trainer: str,
    out: str | Path,
    project: str | Path | None = None,
    store: Mapping[str, Any] | Path | str | None = None,
    lock: bool = False,
    use_lock: bool = False,
    lock_file: str | Path = LOCK_FILE,
    **options: Any,  # noqa: ANN401 - those of Options
) -> CheckedOut:
    """Write layers of a release into a folder, as a trainer reads them; ``prefstrata checkout`` in Python.

    Args:
        layer: ``LAYER[@REF]``: ``main@v12``, ``golden+main``; of the newest release without a ref.
        trainer: a format, such as ``trl-dpo``.
        out: the folder to make; it must not exist, or be empty.
        project: the project folder; ``PREFSTRATA_PROJECT`` from the environment, else here.
        store: the store, for code that has no project folder: what :func:`~prefstrata.stores.open_store` takes, such as
            the folder of an embedded store or ``lakefs+http://host:port/repository``.
        lock: record in the lock file which version this is.
        use_lock: take the version that the lock file names.
        lock_file: the lock file.
        options: those of :class:`~prefstrata.trainers.Options`.

    Returns:
        What was written: files, their hashes, the version, the loss report.

    Raises:
        PrefstrataError: see :func:`~prefstrata.trainers.checkout_layer`.
    """
    name, _, said = layer.partition("@")
    ref, file = said or "latest", Path(lock_file)
    asked = _options(options)
    if lock and use_lock:
        raise ConfigError("lock writes what use_lock reads", todo="leave one of them out")
    if lock:
        lockable(file)
    with _open(project, store) as opened:
        commit = locked(file, ref, opened) if use_lock else opened.resolve(ref)
        made = checkout_layer(opened, name, ref, Path(out), form=trainer, options=asked, commit=commit)
        if lock:
            write_lock(file, ref, commit)
    return made


def load(layer: str, *, trainer: str, split: str = "train", **more: Any) -> Rows:  # noqa: ANN401 - those of checkout
    """Hand out layers of a release as rows, from a folder that goes when the rows go.

    Args:
        layer: as in :func:`checkout`.
        trainer: a trainer's format, such as ``trl-dpo``.
        split: ``train`` or ``validation``.
        more: everything else that :func:`checkout` takes, but ``out`` and ``files``.

    Returns:
        The rows: an Arrow stream, data frames file by file, or a ``datasets`` stream.

    Raises:
        ConfigError: the format is no trainer's, or there is no such split.
        PrefstrataError: see :func:`checkout`.
    """
    if trainer not in TARGETS:
        raise ConfigError(f"there is no trainer's format {trainer!r}", todo=f"name one of {', '.join(TARGETS)}")
    if "files" in more:
        raise ConfigError("rows come from Parquet files", where="files", todo="leave it out, or use checkout")
    folder = Path(tempfile.mkdtemp(prefix="prefstrata-"))
    try:
        made = checkout(layer, trainer=trainer, out=folder / "rows", files="parquet", **more)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    files = tuple(folder / "rows" / file.path for file in made.files if file.path.startswith(f"{split}/"))
    rows = Rows(made, files, folder)
    if not files:
        raise ConfigError(f"there is no split {split!r}", todo="name train, or validation when there is some")
    return rows


class Rows:
    """Rows of a checkout, read when somebody asks for them.

    Attributes:
        made: the checkout: version, options, files.
    """

    def __init__(self, made: CheckedOut, files: tuple[Path, ...], folder: Path) -> None:
        """Stand for Parquet files in a folder that is removed with this object."""
        self.made = made
        self._files = files
        self._goes = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    @property
    def report(self) -> LossReport | None:
        """What was lost on the way."""
        return self.made.report

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows in order, a file at a time: what memory holds does not grow with the layer."""
        for file in self._files:
            yield pl.read_parquet(file)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as an Arrow stream, for anything that reads one: pyarrow, DuckDB, Polars, datasets."""
        return pl.concat(self.frames()).__arrow_c_stream__(requested_schema)

    def datasets(self, *, streaming: bool = True) -> Any:  # noqa: ANN401 - not installed where types are checked
        """The rows as ``datasets`` has them.

        Args:
            streaming: an ``IterableDataset`` that reads the files as it goes, so that they stay until the process
                ends; or a ``Dataset``, which copies them into the cache of ``datasets``.

        Raises:
            ConfigError: ``datasets`` is not installed.
        """
        try:
            from datasets import load_dataset  # noqa: PLC0415 - only those who ask for it need it
        except ImportError as error:
            raise ConfigError("this needs datasets", todo="pip install 'prefstrata[trl]'") from error
        names = [str(file) for file in self._files]
        found = load_dataset("parquet", data_files=names, split="train", streaming=streaming)
        if streaming:  # what is mapped or shuffled reads the same files, and does not know of this object
            _STREAMED.append(self)
        return found


def _options(said: Mapping[str, Any]) -> Options:
    try:
        return Options(**said)
    except TypeError as error:
        raise ConfigError(
            f"{error}".removeprefix("Options.__init__() "), todo="see prefstrata.trainers.Options"
        ) from error


def _open(
    project: str | Path | None, store: Mapping[str, Any] | Path | str | None
) -> AbstractContextManager[VersionStore]:
    if store is not None:
        from prefstrata.stores import open_store  # noqa: PLC0415 - its configuration takes time to import

        return open_store(store)
    from prefstrata.project import open_project_store, read_project  # noqa: PLC0415 - only a project folder needs it

    return open_project_store(read_project(Path(project or os.environ.get(_PROJECT) or ".")))
