"""Write a big file of made-up votes: ``python benchmarks/generate.py VOTES FILE``.

Each line is a ``pairwise`` record of about 1.1 KB. There is about one prompt per three votes and one pair per two and
a half, so there is something to aggregate; 2,000 raters differ in how often they are right. The texts make no sense but
have the words of real ones, and compress like them. The same seed gives the same bytes, a longer file starts with the
shorter one, and memory does not grow with the length.
"""

from __future__ import annotations

import argparse
import json
import random
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from examples.generator import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["lines", "write"]

_PROMPTS_PER_BLOCK = 20_000
"""Votes are mixed within a block of so many prompts: the votes of a pair lie far apart, as they do in real files."""

_CHUNKS = 300_000
_RATERS = 2_000
_FOLLOWS = 0.6
_NUMBERS = 0.04
_TIES = 0.08
_VOTES = (1, 1, 2, 2, 2, 3, 3, 3, 4, 4)
_THREE_RESPONSES = 0.2
_SCENARIOS = (
    ("general", "low", ("explain", "write", "plan", "compare")),
    ("general", "low", ("brainstorm", "summarise", "translate")),
    ("customer-service", "low", ("returns", "delivery", "billing")),
    ("coding", "low", ("write-function", "query", "shell", "review")),
    ("finance", "medium", ("budget", "tax", "insurance")),
    ("medical", "high", ("medicines", "symptoms")),
)
_DIMENSIONS = ("overall",) * 14 + (
    "helpfulness",
    "truthfulness",
    "safety_boundary",
    "conciseness",
    "naturalness",
    "overall",
)
_TAGS = ("facts", "risk", "complete", "to-the-point", "tone")


class _Pair(NamedTuple):
    """The JSON text of a pair's record up to the rater, once for either outcome."""

    better_wins: str
    worse_wins: str
    risk: str


def write(votes: int, file: TextIO, *, seed: int = 1) -> int:
    """Write ``votes`` lines to ``file``; the number of characters written."""
    written = 0
    source = lines(seed=seed)
    while votes > 0:
        text = "".join(islice(source, min(votes, 10_000)))
        written += file.write(text)
        votes -= 10_000
    return written


def lines(*, seed: int = 1) -> Iterator[str]:
    """The endless series of lines of ``seed``, each ending in a line feed."""
    chunks = _chunks(_unit(seed, "chunks"))
    unit = _unit(seed, "raters")
    raters = [(f'"w-{number:04}"', 0.55 + 0.4 * unit()) for number in range(_RATERS)]
    block = 0
    while True:
        yield from _block(_unit(seed, "block", block), chunks, raters)
        block += 1


def _unit(*key: object) -> Callable[[], float]:
    """Draws from 0 to 1 of the stream named ``key``; of Python's generator only this is the same in every version."""
    return random.Random("/".join(map(str, key))).random  # noqa: S311 - a simulation, no secret


def _block(unit: Callable[[], float], chunks: Sequence[str], raters: Sequence[tuple[str, float]]) -> Iterator[str]:
    votes = [pair for _ in range(_PROMPTS_PER_BLOCK) for pair in _prompt(unit, chunks)]
    for last in range(len(votes) - 1, 0, -1):
        other = int(unit() * (last + 1))
        votes[last], votes[other] = votes[other], votes[last]
    for pair in votes:
        rater, accuracy = raters[int(unit() * _RATERS)]
        start = pair.better_wins if unit() < accuracy else pair.worse_wins
        # A lot says which dimension wins where two conflict. At high risk that would contradict a policy now and then,
        # and rightly stop the release.
        dimension = _DIMENSIONS[int(unit() * len(_DIMENSIONS)) if pair.risk != "high" else 0]
        tag = f', "reason_tags": ["{_TAGS[int(unit() * len(_TAGS))]}"]' if pair.risk != "low" else ""
        tie = ', "tie": true' if unit() < _TIES else ""
        yield f'{start}{rater}, "dims": ["{dimension}"]{tie}{tag}}}}}\n'


def _prompt(unit: Callable[[], float], chunks: Sequence[str]) -> Iterator[_Pair]:
    """A prompt's pairs, each as often as it is voted on."""
    scenario, risk, tasks = _SCENARIOS[int(unit() * len(_SCENARIOS))]
    task = tasks[int(unit() * len(tasks))]
    # The square leans to short prompts; most people write a line or two.
    prompt = _text(unit, chunks, 215 + int(420 * unit() * unit()))
    responses = [_text(unit, chunks, 190 + int(215 * unit())) for _ in range(3 if unit() < _THREE_RESPONSES else 2)]
    about = f'"task": "{task}", "scenario": "{scenario}", "risk_level": "{risk}", "policy": "general@1"'
    meta = f'"meta": {{{about}, "rater": '
    for better, worse in pairwise(responses):
        head = f'{{"type": "pairwise", "prompt": "{prompt}", "winner": "'
        pair = _Pair(
            better_wins=f'{head}{better}", "loser": "{worse}", {meta}',
            worse_wins=f'{head}{worse}", "loser": "{better}", {meta}',
            risk=risk,
        )
        for _ in range(_VOTES[int(unit() * len(_VOTES))]):
            yield pair


def _text(unit: Callable[[], float], chunks: Sequence[str], length: int) -> str:
    """Sentences of some ``length`` characters, as they stand inside a JSON string."""
    count = len(chunks)
    parts = []
    while length > 0:
        part = chunks[int(unit() * count)]
        length -= len(part) + 1
        parts.append(part)
    text = " ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _chunks(unit: Callable[[], float]) -> list[str]:
    """Runs of three to eight words in which each word follows the one before it somewhere in the example's texts."""
    following: dict[str, list[str]] = {}
    for words in vocabulary():
        for word, following_word in pairwise(words):
            following.setdefault(word, []).append(following_word)
    starts = sorted(following)
    return [_chunk(unit, starts, following) for _ in range(_CHUNKS)]


def _chunk(unit: Callable[[], float], starts: Sequence[str], following: dict[str, list[str]]) -> str:
    word = starts[int(unit() * len(starts))]
    words = [word]
    for _ in range(2 + int(unit() * 6)):
        # Now and then a jump keeps the runs from being the sentences they were made of.
        choice = following.get(word, starts) if unit() < _FOLLOWS else starts
        word = choice[int(unit() * len(choice))]
        words.append(str(int(unit() * 10_000)) if unit() < _NUMBERS else word)
    return json.dumps(" ".join(words), ensure_ascii=False)[1:-1]


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Write a big file of made-up votes.")
    parser.add_argument("votes", type=int, help="how many lines")
    parser.add_argument("file", type=Path, help="where to write them")
    parser.add_argument("--seed", type=int, default=1, help="start of all chance")
    given = parser.parse_args()
    with given.file.open("w", encoding="utf-8", newline="\n") as file:
        write(given.votes, file, seed=given.seed)


if __name__ == "__main__":
    main()
