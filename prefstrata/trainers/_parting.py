"""Which files of a release a checkout works on together, and in which order."""

from __future__ import annotations

import hashlib
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from prefstrata.trainers._worker import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from prefstrata.trainers._options import Options

__all__ = ["parts_of"]

_BYTES = 10 * 1024 * 1024
"""About how many bytes a part has at most; one file may have more."""
_EVEN = 2
"""A layer of several parts has a multiple of so many: two workers end together, whatever machine they work on."""


def parts_of(files: Iterable[tuple[str, str, Path, int]], options: Options) -> list[Part]:
    """Put files together into parts of like size, about 10 MiB; numbered in the order in which they are handed out.

    A file holds what was judged in the same days, and a trainer that reads rows as they come should not meet them day
    by day. So with ``shuffle`` the files of a part are drawn by the seed from all of a layer's, and parts are mixed.
    Ratings of one response stand in files of several days and layers, and a trainer wants them side by side: their
    responses are dealt into parts that read all of the files.

    Args:
        files: layer, kind, path and bytes of each, in the order of the release.
        options: ``shuffle`` and ``seed``.
    """
    files = list(files)
    ratings = [file for file in files if file[1] == "ratings"]
    others = [file for file in files if file[1] != "ratings"]
    parts = [
        (layer, kind, paths)
        for (layer, kind), of_kind in groupby(others, key=lambda file: file[:2])
        for paths in _together([(path, size) for _, _, path, size in of_kind], f"{layer}/{kind}", options)
    ]
    if options.shuffle:
        parts.sort(key=lambda part: _lot(options, part[0], part[1], part[2][0].name))
    return [*(Part(number, *part) for number, part in enumerate(parts)), *_dealt(ratings, len(parts))]


def _dealt(files: list[tuple[str, str, Path, int]], first: int) -> list[Part]:
    layers = "+".join(dict.fromkeys(layer for layer, _, _, _ in files))
    paths = tuple(path for _, _, path, _ in files)
    shares = -(-sum(size for _, _, _, size in files) // _BYTES)
    return [Part(first + share, layers, "ratings", paths, share, shares) for share in range(shares)]


def _together(files: list[tuple[Path, int]], folder: str, options: Options) -> Iterator[tuple[Path, ...]]:
    if options.shuffle:
        files = sorted(files, key=lambda file: _lot(options, "part", folder, file[0].name))
    whole = max(1, sum(size for _, size in files))
    many = -(-whole // _BYTES)
    if many > 1:
        many += -many % _EVEN
    before = accumulate((size for _, size in files), initial=0)
    placed = [(path, min(many - 1, start * many // whole)) for (path, _), start in zip(files, before, strict=False)]
    for _, together in groupby(placed, key=lambda file: file[1]):
        yield tuple(path for path, _ in together)


def _lot(options: Options, *names: str) -> str:
    return hashlib.sha256("/".join((str(options.seed), *names)).encode()).hexdigest()
