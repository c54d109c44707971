"""Generated vote files are repeatable, of the size they promise, and like text."""

from __future__ import annotations

import io
import json
from collections import Counter
from itertools import islice

import pytest
import zstandard

from benchmarks.generate import lines, write

VOTES = 60_000  # a whole block, so that the votes of a pair are all there


@pytest.fixture(scope="module")
def text() -> str:
    """One block of votes."""
    return "".join(islice(lines(), VOTES))


def test_same_seed_gives_the_same_votes_and_a_longer_file_starts_with_the_shorter() -> None:
    """Nothing but the seed decides, not even the length asked for."""
    short, long, other = io.StringIO(), io.StringIO(), io.StringIO()
    written = write(50, short)
    write(120, long)
    write(50, other, seed=2)
    assert written == len(short.getvalue())
    assert short.getvalue().count("\n") == 50
    assert long.getvalue().startswith(short.getvalue())
    assert other.getvalue() != short.getvalue()


def test_votes_are_of_the_promised_size_and_shape(text: str) -> None:
    """About 1.1 KB a line; prompts of about 30 to 120 words, responses of about 200 to 450 characters."""
    assert len(text.encode()) / VOTES == pytest.approx(1_150, rel=0.05)
    for line in text.splitlines()[::20]:
        record = json.loads(line)
        assert 28 <= len(record["prompt"].split()) <= 125
        assert all(180 <= len(record[side]) <= 480 for side in ("winner", "loser"))
        # Votes at risk need a reason, or they all end in quarantine.
        assert (record["meta"]["risk_level"] == "low") != ("reason_tags" in record["meta"])


def test_there_is_something_to_aggregate(text: str) -> None:
    """Three votes a prompt and two to three a pair, by many raters, far apart from each other."""
    pairs: Counter[tuple[str, str, str]] = Counter()
    raters = set()
    apart = []
    last: dict[tuple[str, str, str], int] = {}
    for number, line in enumerate(text.splitlines()):
        record = json.loads(line)
        one, two = sorted((record["winner"], record["loser"]))
        pair = (record["prompt"], one, two)
        pairs[pair] += 1
        raters.add(record["meta"]["rater"])
        apart += [number - last[pair]] if pair in last else []
        last[pair] = number
    assert 2 <= VOTES / len(pairs) <= 3
    assert 2.5 <= VOTES / len({prompt for prompt, *_ in pairs}) <= 3.5
    assert len(raters) == 2_000
    assert sum(apart) / len(apart) > VOTES / 10


def test_texts_compress_like_text(text: str) -> None:
    """Neither random letters nor the same sentences again."""
    data = text.encode()
    assert 2.5 <= len(data) / len(zstandard.ZstdCompressor(level=3).compress(data)) <= 4
