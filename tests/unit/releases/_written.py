"""The files of a warehouse that holds so many records, and what must be the same of equal ones."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from prefstrata.releases._writing import WrittenFile, write_layers
from tests.unit.releases._warehouse import fill, warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["facts", "written_from"]


def written_from(
    folder: Path,
    layers: Mapping[str, int],
    *,
    threads: int = 2,
    shuffle: int | None = None,
    per_day: int | None = None,
) -> tuple[WrittenFile, ...]:
    """The files of so many records in each layer."""
    with closing(warehouse(threads)) as engine:
        fill(engine, layers, shuffle=shuffle, per_day=per_day)
        return write_layers(engine, folder)


def facts(files: tuple[WrittenFile, ...]) -> list[tuple[str, str, int, int]]:
    """Path, hash, size and number of rows of each file."""
    return [(file.path, file.sha256, file.size, file.rows) for file in files]
