"""Batches of a vendor's crowd on the example's items, with one thing planted in each, or nothing."""

from __future__ import annotations

import json
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

import yaml

from examples.generator import generate
from examples.generator._draw import Draw
from examples.generator._items import items
from examples.generator._model import DIMENSIONS, gap
from prefstrata.project import PROJECT_FILE
from tests._example import join_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from examples.generator._model import Item, Response

    Sight = tuple[Item, Response, Response]
    Choose = Callable[[Draw, str, Sight], str]

__all__ = ["WORKERS", "careful", "conflicting", "make", "put", "reverse", "sights", "take_longer", "take_natural"]

WORKERS = ("v-1", "v-2", "v-3", "v-4")
_PROMPTS = 240
_VENDOR = {
    "name": "vendor",
    "mode": "offline",
    "supervisor": "crowd",
    "path": "inbox/vendor/*.jsonl",
    "format": "seed-jsonl",
    "defaults": {"language": "en"},
}


def make(folder: Path) -> None:
    """The example project, small, with a vendor whose crowd has judged a first, careful batch."""
    generate(folder, prompts=_PROMPTS)
    join_days(folder)
    file = folder / PROJECT_FILE
    config = yaml.safe_load(file.read_text("utf-8"))
    config["sources"].append(_VENDOR)
    file.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    put(folder, "2026-10-20", sights(1000, 90), careful)


def sights(start: int, count: int) -> list[Sight]:
    """Pairs of items that are in no other file: the first two candidates of each."""
    return [(item, *item.responses[:2]) for item in islice(_single(start), count)]


def conflicting(start: int, count: int, upper: str, lower: str) -> list[Sight]:
    """Pairs of medical items of which one side is better on ``upper`` and the other on ``lower``, that side second."""
    found = (
        (item, one, two) if gap(item, one, two, upper) > 0 else (item, two, one)
        for item in _single(start)
        if item.risk_level == "high"
        for one, two in combinations(item.responses, 2)
        if gap(item, one, two, upper) * gap(item, one, two, lower) < 0
    )
    return list(islice(found, count))


def _single(start: int) -> Iterator[Item]:
    while True:
        yield from (item for item in items(1, start, start + 500) if item.single)
        start += 500


def careful(draw: Draw, _: str, sight: Sight) -> str:
    """Right four times in five."""
    item, one, two = sight
    return _side(gap(item, one, two, "overall"), right=draw.chance(0.8))


def take_longer(_: Draw, __: str, sight: Sight) -> str:
    """Whatever is longer."""
    return "A" if len(sight[1].text) > len(sight[2].text) else "B"


def take_natural(_: Draw, __: str, ___: Sight) -> str:
    """The second side, which reads better."""
    return "B"


def reverse(worker: str) -> Choose:
    """One worker says the opposite of what is right, the others are careful."""

    def choose(draw: Draw, who: str, sight: Sight) -> str:
        said = careful(draw, who, sight)
        return {"A": "B", "B": "A"}.get(said, said) if who == worker else said

    return choose


def _side(better: int, *, right: bool) -> str:
    return "tie" if better == 0 else "A" if (better > 0) == right else "B"


def put(folder: Path, day: str, seen: Iterable[Sight], choose: Choose, *, writer: str | None = None) -> None:
    """A file of the vendor's: three of its workers say of each pair what ``choose`` says.

    Args:
        folder: the project.
        day: the day on which all of it was decided, and the name of the file.
        seen: the pairs.
        choose: the verdict (A, B or tie) of a worker.
        writer: the generator of the first sides; as the example has it by default.
    """
    lines: list[str] = []
    for number, sight in enumerate(seen):
        draw = Draw("vendor", day, number)
        lines += [
            json.dumps(_record(draw, day, worker, sight, choose(draw, worker, sight), writer))
            for worker in draw.sample(WORKERS, 3)
        ]
    path = folder / "inbox" / "vendor" / f"{day}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _record(  # noqa: PLR0913, PLR0917 - what a record says
    draw: Draw, day: str, worker: str, sight: Sight, said: str, writer: str | None
) -> dict[str, Any]:
    item, one, two = sight
    dims = {each: _side(gap(item, one, two, each), right=True) for each in DIMENSIONS}
    return {
        "type": "pairwise_multi_dim",
        "prompt": item.prompt,
        "candidates": {"A": one.text, "B": two.text},
        "judgement": {"overall_winner": said, "dims": dims, "reason_tags": ["looked"]},
        "meta": {
            "task": item.task,
            "scenario": item.scenario,
            "risk_level": item.risk_level,
            "policy": "high-risk@1" if item.risk_level == "high" else "general@1",
            "rater": worker,
            "generators": {"A": writer or one.generator.name, "B": two.generator.name},
            "decided_at": f"{day}T{8 + draw.below(10):02}:{draw.below(60):02}:00Z",
            "rationale": "Read both.",
        },
    }
