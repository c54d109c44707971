"""The neutral formats: records as the release has them, with their weight. Parquet and JSONL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.trainers._layer import Layer

__all__ = ["write_jsonl", "write_parquet"]


def write_jsonl(layer: Layer, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write ``<kind>.jsonl``: a JSON object per record and line, every column a key, null when it has no value.

    Records stand in the order of the release's files, and within each by key: equal releases give equal bytes.

    Yields:
        Each file written and the number of its records.
    """
    for kind in layer.files:
        path, rows = folder / f"{kind}.jsonl", 0
        with path.open("xb") as file:
            for frame in layer.frames(kind):
                frame.write_ndjson(file)
                rows += frame.height
        yield path, rows


def write_parquet(layer: Layer, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write ``<kind>-NNNNN-of-NNNNN.parquet``, a file for each of the release, its records sorted by key.

    Yields:
        Each file written and the number of its records.
    """
    for kind, files in layer.files.items():
        for number, frame in enumerate(layer.frames(kind)):
            path = folder / f"{kind}-{number:05d}-of-{len(files):05d}.parquet"
            frame.write_parquet(path, compression="zstd")
            yield path, frame.height
