"""Which files a checkout mixes: some of all days in each part, whatever the release looks like."""

from __future__ import annotations

from pathlib import Path

from prefstrata.trainers import Options
from prefstrata.trainers._parting import parts_of

_FILES = [("main", "pairs", Path(f"{day:04d}.parquet"), 500_000) for day in range(320)]


def test_parts_are_large_and_whole() -> None:
    """Every file is in one part, a part has 10 MiB at most, and parts are of one layer and kind."""
    files = [*_FILES, ("main", "unpaired", Path("a.parquet"), 5_000), ("weak", "pairs", Path("b.parquet"), 40_000_000)]
    for shuffle in (True, False):
        parts = parts_of(files, Options(shuffle=shuffle))
        assert [part.number for part in parts] == list(range(len(parts)))
        assert sorted((part.layer, part.kind, path) for part in parts for path in part.paths) == [
            (layer, kind, path) for layer, kind, path, _ in files
        ]
        assert len(parts) == 18
        assert max(len(part.paths) for part in parts) == 20


def test_ratings_are_dealt_by_response() -> None:
    """Their parts read all files of all layers, for a response's scores are in any of them."""
    files = [
        (layer, "ratings", Path(f"{layer}-{day}.parquet"), 5_000_000) for layer in ("main", "weak") for day in range(3)
    ]
    parts = parts_of(files, Options())
    assert [(part.number, part.share, part.shares) for part in parts] == [(0, 0, 3), (1, 1, 3), (2, 2, 3)]
    assert {(part.layer, part.kind, part.paths) for part in parts} == {
        ("main+weak", "ratings", tuple(path for _, _, path, _ in files))
    }


def test_a_part_is_drawn_from_all_days() -> None:
    """A trainer that reads rows as they come meets no run of days: each part reaches over most of the time."""
    for seed in (1, 2, 3):
        for part in parts_of(_FILES, Options(seed=seed)):
            days = sorted(int(path.stem) for path in part.paths)
            assert days[0] < 120
            assert days[-1] >= 200
    one, other = (parts_of(_FILES, Options(seed=seed)) for seed in (1, 2))
    assert one != other
    assert one == parts_of(_FILES, Options(seed=1))


def test_without_shuffle_the_order_is_the_release_s() -> None:
    """Files stay in their order, and so do parts."""
    parts = parts_of(_FILES, Options(shuffle=False))
    assert [path for part in parts for path in part.paths] == [path for _, _, path, _ in _FILES]
