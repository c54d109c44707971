"""How rows get into files."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.trainers import WrittenFile
from prefstrata.trainers._writing import Encoded, as_lines, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("files", ["jsonl", "parquet"])
def test_files_are_closed_when_the_rows_end_early(files: str, tmp_path: Path) -> None:
    """What went before an error is on the disk; no file stays open behind it."""

    def made() -> Iterator[dict[str, Encoded]]:
        yield {"train": Encoded(1, [b"some\n"])}
        raise OSError("no more")

    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="no more"):
        list(write_rows(made(), tmp_path, parquet=files == "parquet"))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path.read_bytes() == b"some\n"


def test_a_disk_that_fails_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written in a thread of their own; what happens there is told."""
    monkeypatch.setattr(Path, "open", lambda *_, **__: io.FileIO("/dev/full", "w"))
    rows = [{"train": as_lines(pl.Series(["{}"] * 3))}]
    with pytest.raises(OSError, match="No space left"):
        list(write_rows(rows, tmp_path, parquet=False))


def test_lines_are_hashed_and_counted_as_they_are_written(tmp_path: Path) -> None:
    """Part after part of a split goes into one file, more lines than are joined at once."""
    parts = [[f'{{"row": {part * 3000 + at}}}' for at in range(3000)] for part in range(2)]
    (file,) = write_rows([{"train": as_lines(pl.Series(part))} for part in parts], tmp_path, parquet=False)
    content = (tmp_path / "train.jsonl").read_bytes()
    assert content.decode().splitlines(keepends=True) == [f"{line}\n" for part in parts for line in part]
    assert file == WrittenFile("train.jsonl", hashlib.sha256(content).hexdigest(), len(content), 6000)
