"""Write the project folder, and later its daily files."""

from __future__ import annotations

import shutil
from collections import Counter
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from examples.generator._items import items
from examples.generator._sources import SOURCES
from examples.generator._truth import Truth, pair_truth, response_truth
from examples.generator._write import Batch

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["SEED", "drop", "generate"]

SEED = 20261001
"""The seed of the example as documented; another one gives another project."""

_PROMPTS = 1_500
_NEW_A_DAY = 18
_AGAIN_A_DAY = 6
_BASE_DAYS = tuple(f"2026-10-{day:02}" for day in range(1, 29))
_LAST_DAY = 30


def generate(directory: Path, *, seed: int = SEED, prompts: int = _PROMPTS) -> Truth:
    """Write the example project to ``directory``: ``prefstrata.yaml``, ``inbox/`` and the truth beside it.

    The same seed writes the same bytes. ``truth.parquet`` and ``truth-responses.parquet`` hold the frames of
    :class:`Truth`; they lie outside the inbox, since no pipeline may read them. Existing files of the same names are
    replaced, others are left alone.

    Args:
        directory: the project folder; made when missing.
        seed: start of all chance.
        prompts: size of the project. About 14 statements are made per prompt.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with as_file(files("examples.generator") / "template") as template:
        shutil.copytree(template, directory, dirs_exist_ok=True)
    series = items(seed, 0, prompts)
    batch = Batch(seed, "base", series, _BASE_DAYS, dirty=True)
    return _write(directory, batch, "")


def drop(directory: Path, day: int, *, seed: int = SEED, prompts: int = _PROMPTS) -> Truth:
    """Add the files of 2026-11-``day`` to the inbox of a project :func:`generate` wrote: one to two per cent more.

    Most of it is about new prompts; a few old ones are judged again. Nothing that is there already is touched.
    The truth about the day goes to ``truth-NN.parquet`` and ``truth-responses-NN.parquet``.

    Args:
        directory: the project folder.
        day: 1 to 30; the same day gives the same files.
        seed: the seed the project was made with.
        prompts: the size the project was made with.

    Raises:
        ValueError: there is no such day in November.
    """
    if not 1 <= day <= _LAST_DAY:
        raise ValueError(f"day {day}: November has days 1 to {_LAST_DAY}")
    start = prompts + _NEW_A_DAY * (day - 1)
    series = items(seed, 0, start + _NEW_A_DAY)
    again = series[day % 7 : prompts : prompts // _AGAIN_A_DAY][:_AGAIN_A_DAY]
    batch = Batch(seed, f"day-{day:02}", [*again, *series[start:]], (f"2026-11-{day:02}",), dirty=False)
    return _write(directory, batch, f"-{day:02}")


def _write(directory: Path, batch: Batch, suffix: str) -> Truth:
    made = [file for source in SOURCES for file in source(batch)]
    records: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for file in made:
        path = directory / "inbox" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        source = file.path.split("/", 1)[0]
        records[source] += file.records
        broken[source] += file.broken
    truth = Truth(
        pairs=pair_truth(batch.items),
        responses=response_truth(batch.items),
        records=dict(records),
        broken=dict(broken),
        files=tuple(f"inbox/{file.path}" for file in made),
    )
    truth.pairs.write_parquet(directory / f"truth{suffix}.parquet")
    truth.responses.write_parquet(directory / f"truth-responses{suffix}.parquet")
    return truth
