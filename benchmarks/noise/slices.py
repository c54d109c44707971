"""Real slices with a reference inside them, as sets of the same form; only where ``../shared/data`` is.

What is held against what:

* ``llmbar``: votes of the judges in both orders, against the expert's label.
* ``pandalm-person``: two people and both judges, against the third person; each person is the third once.
* ``pandalm-judges``: both judges and one person, against the other two where they agree.
* ``ukpconvarg``: three of a pair's five votes, against the other two where they agree, since its gold was removed.
* ``tulu``: one evaluator's vote on a pair that others judged too, from all other votes.

A reference that is itself a vote is wrong now and then: nobody reaches 100 % there, ECE counts its mistakes too, and
only the comparison of methods means something. Which side is called a is a matter of a hash, as in a run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from benchmarks.noise._recipe import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["DATA", "SLICES", "slices"]

DATA = Path(__file__).resolve().parents[3] / "shared/data"
_TURNED = {"a": "b", "tie": "tie", "b": "a"}
_GRADES = {
    "a-is-better": ("a", 1.0),
    "a-is-slightly-better": ("a", 0.5),
    "tie": ("tie", None),
    "b-is-slightly-better": ("b", 0.5),
    "b-is-better": ("b", 1.0),
}
_HEDGED = re.compile("[Pp]erhaps|[Mm]aybe|[Mm]ight|[Pp]ossibly|[Ii] think|[Nn]ot sure|[Ii]t depends")
"""As ``sql/evidence/responses.sql`` has it."""


class _Vote(NamedTuple):
    """A rater's vote for an item's first text (a), neither or its second, and whether the first was shown first."""

    item: str
    rater: str
    stratum: str
    choice: str
    a_shown_first: bool | None = None
    strength: float | None = None
    family: str | None = None


class _Set(NamedTuple):
    """Votes in order of time, the two texts of each item, and the reference of those items that have one."""

    votes: list[_Vote]
    texts: dict[str, tuple[str, str]]
    truth: dict[str, str]


def slices(names: Collection[str] | None = None) -> Iterator[tuple[int, Simulation]]:
    """The sets of those names, all by default, numbered where one slice gives several; none without the folder."""
    for name, (about, read) in _READERS.items():
        if (names is None or name in names) and DATA.is_dir():
            for number, found in enumerate(read(), start=1):
                yield number, _as_simulation(name, about, found)


def _llmbar() -> Iterator[_Set]:
    folder = DATA / "judge-swap-llmbar"
    items = _json(folder / "dataset.json")
    texts = {f"i{number:03}": (_text(row["output_1"]), _text(row["output_2"])) for number, row in enumerate(items)}
    truth = {f"i{number:03}": "ab"[row["label"] - 1] for number, row in enumerate(items)}
    votes = []
    for file in sorted(folder.glob("*__*.json")):
        family = file.stem.split("__")[0]
        for number, row in enumerate(_json(file)):
            # What is not "swap = …" in there are the parts of a prompting strategy.
            said = {key: value for part in row["results"] if isinstance(part, dict) for key, value in part.items()}
            for swapped in (False, True):
                winner = said.get(f"swap = {swapped}", {}).get("winner")
                if winner in ("1", "2"):
                    rater = f"judge:{file.stem}"
                    choice = "ab"[int(winner) - 1]
                    votes.append(_Vote(f"i{number:03}", rater, "judge/offline", choice, not swapped, family=family))
    yield _Set(votes, texts, truth)


def _pandalm() -> tuple[dict[str, tuple[str, str]], list[list[_Vote]], list[_Vote]]:
    """The texts, each person's votes in the order of the items, and the judges'."""
    folder = DATA / "multi-annotator-pandalm"
    rows = _json(folder / "testset-v1.json")
    texts = {f"i{row['idx']:03}": (_text(row["response1"]), _text(row["response2"])) for row in rows}
    people = [
        [
            _Vote(f"i{row['idx']:03}", f"crowd:{person}", "crowd/offline", ("tie", "a", "b")[row[person]], None)
            for row in rows
        ]
        for person in ("annotator1", "annotator2", "annotator3")
    ]
    judges = [
        _Vote(f"i{row['idx']:03}", f"judge:{judge}", "judge/offline", choice, a_shown_first=True, family=judge)
        for judge, file, key in (
            ("gpt-3.5-turbo", "gpt-3.5-turbo-testset-v1.json", "gpt_result"),
            ("pandalm-7b", "pandalm-7b-testset-v1.json", "pandalm_result"),
        )
        for row in _json(folder / file)
        if (choice := {"0": "tie", "tie": "tie", "1": "a", "2": "b"}.get(str(row[key]).lower()))
    ]
    return texts, people, judges


def _pandalm_person() -> Iterator[_Set]:
    texts, people, judges = _pandalm()
    for held_out in range(len(people)):
        votes = [vote for number, votes in enumerate(people) if number != held_out for vote in votes]
        yield _Set(_by_item(votes + judges), texts, {vote.item: vote.choice for vote in people[held_out]})


def _pandalm_judges() -> Iterator[_Set]:
    texts, people, judges = _pandalm()
    for one, other in combinations(range(len(people)), 2):
        agreed = {
            vote.item: vote.choice
            for vote, second in zip(people[one], people[other], strict=True)
            if vote.choice == second.choice
        }
        yield _Set(_by_item(people[3 - one - other] + judges), texts, agreed)


def _ukpconvarg() -> Iterator[_Set]:
    folder = DATA / "multi-annotator-ukpconvarg"
    texts = {row["pair_id"]: (row["arg1"], row["arg2"]) for row in _jsonl(folder / "pairs.jsonl")}
    rows = sorted(_jsonl(folder / "assignments.jsonl"), key=lambda row: (row["submit_time"], row["pair_id"]))
    choices = {"a1": "a", "equal": "tie", "a2": "b"}
    # The one order the arguments are numbered in is the one they were shown in.
    given = [
        _Vote(row["pair_id"], f"crowd:{row['worker']}", "crowd/offline", choices[row["value"]], a_shown_first=True)
        for row in rows
    ]
    for held_out in ((0, 1), (2, 3), (0, 4)):
        kept, truth = _hold_out(given, held_out)
        yield _Set(kept, texts, truth)


def _hold_out(votes: list[_Vote], places: tuple[int, int]) -> tuple[list[_Vote], dict[str, str]]:
    """The votes but for those at two places of each item's, and what those two say where they agree."""
    of_item = defaultdict(list)
    for vote in votes:
        of_item[vote.item].append(vote)
    out = {item: [said[place] for place in places if place < len(said)] for item, said in of_item.items()}
    truth = {item: said[0].choice for item, said in out.items() if len(said) > 1 and said[0].choice == said[1].choice}
    gone = {id(vote) for said in out.values() for vote in said}
    return [vote for vote in votes if id(vote) not in gone], truth


def _tulu() -> Iterator[_Set]:
    texts, given = {}, []
    for row in sorted(
        _jsonl(DATA / "pairwise-graded-tulu/annotations.jsonl"), key=lambda row: (row["timestamp"], row["id"])
    ):
        completions = (_text(row["completion_a"]), _text(row["completion_b"]))
        one, two = sorted(completions)
        item = hashlib.sha256("\0".join((row["prompt"], one, two)).encode()).hexdigest()[:16]
        texts[item] = (one, two)
        choice, strength = _GRADES[row["preference"]]
        as_shown = completions == (one, two)
        choice = choice if as_shown else _TURNED[choice]
        given.append(_Vote(item, f"expert:{row['evaluator']}", "expert/offline", choice, as_shown, strength))
    # Whoever is held out is so with every vote on that item: one who answers twice says little about the others.
    evaluators: defaultdict[str, list[str]] = defaultdict(list)
    for vote in given:
        if vote.rater not in evaluators[vote.item]:
            evaluators[vote.item].append(vote.rater)
    for place in (0, 1):
        held_out = {(item, raters[place]) for item, raters in evaluators.items() if len(raters) > 1}
        kept = [vote for vote in given if (vote.item, vote.rater) not in held_out]
        truth = {vote.item: vote.choice for vote in reversed(given) if (vote.item, vote.rater) in held_out}
        yield _Set(kept, texts, truth)


_READERS: dict[str, tuple[str, Callable[[], Iterator[_Set]]]] = {
    "llmbar": ("ten judges in both orders, against the expert's label", _llmbar),
    "pandalm-person": ("two people and two judges, against the third person", _pandalm_person),
    "pandalm-judges": ("one person and two judges, against two people who agree", _pandalm_judges),
    "ukpconvarg": ("three votes, against two others who agree", _ukpconvarg),
    "tulu": ("evaluators, against another vote on the same pair", _tulu),
}

SLICES = tuple(_READERS)


def _as_simulation(name: str, about: str, found: _Set) -> Simulation:
    """The frames, each item turned by a hash of its name, so that a is no longer the side that was listed first."""
    turned = {item: hashlib.sha256(item.encode()).digest()[0] % 2 == 1 for item in found.texts}
    votes = pl.DataFrame(
        [
            vote._replace(
                choice=_TURNED[vote.choice],
                a_shown_first=None if vote.a_shown_first is None else not vote.a_shown_first,
            )
            if turned[vote.item]
            else vote
            for vote in found.votes
        ],
        schema={
            "item": pl.String,
            "rater": pl.String,
            "stratum": pl.String,
            "choice": pl.String,
            "a_shown_first": pl.Boolean,
            "strength": pl.Float64,
            "family": pl.String,
        },
        orient="row",
    )
    rows = []
    for item in sorted({vote.item for vote in found.votes}):
        one, two = reversed(found.texts[item]) if turned[item] else found.texts[item]
        truth = found.truth.get(item)
        rows.append(
            {"item": item, "truth": _TURNED[truth] if truth and turned[item] else truth}
            | {f"characters_{side}": max(1, len(text)) for side, text in (("a", one), ("b", two))}
            | {f"markdown_{side}": _markdown(text) for side, text in (("a", one), ("b", two))}
            | {f"hedged_{side}": bool(_HEDGED.search(text)) for side, text in (("a", one), ("b", two))}
        )
    raters = votes.select("rater", "stratum", "family").unique(maintain_order=True)
    return Simulation(
        name=name,
        about=about,
        matters=False,
        votes=votes.with_row_index("vote").with_columns(settles=pl.lit(value=False)),
        items=pl.DataFrame(rows, infer_schema_length=None).with_columns(golden=pl.lit(None, pl.String)),
        raters=raters.with_columns(ability=pl.lit(None, pl.Float64)),
    )


def _by_item(votes: list[_Vote]) -> list[_Vote]:
    """The votes where there is no time: all of an item together."""
    return sorted(votes, key=lambda vote: vote.item)


def _markdown(text: str) -> int:
    """As ``sql/evidence/responses.sql`` counts it."""
    return sum(text.count(mark) for mark in "*#`")


def _text(value: object) -> str:
    """A response as a text; the slices hold a few that are null or a JSON boolean."""
    return value if isinstance(value, str) else json.dumps(value)


def _json(path: Path) -> Any:  # noqa: ANN401 - it is JSON
    return json.loads(path.read_text("utf-8"))


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
