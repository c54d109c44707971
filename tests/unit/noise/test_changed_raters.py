"""Who changed, and around whom the others did."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random
from typing import Any

from tests.unit.noise._voting import at, opinion, vote, warehouse

_CHANGED, _ITEMS = 300, 600


def _votes(joining: dict[str, float], later: dict[str, float]) -> list[dict[str, Any]]:
    """Three votes a pair by five good raters; halfway others join, on every pair, and some of the five get worse."""
    random = Random(41)
    votes = []
    for second in range(_ITEMS):
        truth = random.choice("ab")
        rights = dict.fromkeys((f"steady {n}" for n in range(5)), 0.93) | (later if second >= _CHANGED else {})
        here = {rater: rights[rater] for rater in random.sample(sorted(rights), 3)}
        here |= joining if second >= _CHANGED else {}
        votes += [
            vote(f"i{second}", rater, opinion(random, truth, right), decided_at=at(second))
            for rater, right in here.items()
        ]
    return votes


def _changed(votes: list[dict[str, Any]]) -> tuple[float, int]:
    """The share of the votes that N3 counts as of raters who changed, and the raters whose agreement did."""
    with warehouse(votes) as engine:
        engine.build("noise.raters", calibration_id="c")
        engine.build("noise.movers")
        engine.build("noise.drift_figures")
        figures = engine.read("noise.drift_figures").filter(measure="changed_raters")
        return float(figures["value"].item()), engine.read("noise.changes").height


def test_good_raters_did_not_change_when_bad_ones_joined() -> None:
    """Three who toss coins take down how often the five agree with the rest, and none of the five is another for it."""
    share, moved = _changed(_votes({f"coin {n}": 0.5 for n in range(3)}, {}))
    assert moved >= 3
    assert share == 0


def test_who_changed_is_counted_whoever_joined() -> None:
    """Two of five are near chance from halfway on: they are what N3 is for, with worse raters beside them or not."""
    tired = {"steady 0": 0.5, "steady 1": 0.5}
    share, _ = _changed(_votes({}, tired))
    assert share > 0.2
    share, _ = _changed(_votes({"coin": 0.5}, tired))
    assert share > 0.2


def _beside_copies(prompts: int, person: tuple[float, float], model: tuple[float, float]) -> set[str]:
    """Whose agreement changed: of three steady, a person and a model under some prompts, as good before and after."""
    random = Random(12)
    steady, votes = {"ann": 0.85, "bob": 0.8, "cid": 0.8}, []
    for second in range(400):
        truth, late = random.choice("ab"), second >= 200
        rights = steady | {"person": person[late]}
        votes += [
            vote(f"i{second}", rater, opinion(random, truth, right), decided_at=at(second))
            for rater, right in rights.items()
        ]
        said = opinion(random, truth, model[late])
        votes += [vote(f"i{second}", f"model {n}", said, decided_at=at(second)) for n in range(prompts)]
    with warehouse(votes, families={f"model {n}": "model" for n in range(prompts)}, fit=False) as engine:
        return set(engine.read("noise.changes")["rater_id"])


def test_a_model_that_changes_is_found_under_every_prompt_and_nobody_else_is() -> None:
    """Four prompts of a model that got worse, each repeating the others, are found as one prompt of it is."""
    assert _beside_copies(1, (0.9, 0.9), (0.9, 0.5)) == {"model 0"}
    assert _beside_copies(4, (0.9, 0.9), (0.9, 0.5)) == {f"model {n}" for n in range(4)}


def test_a_person_who_changes_is_found_beside_many_copies() -> None:
    """Eight copies of a model near chance do not outvote the three by whom a person is seen to have got worse."""
    assert _beside_copies(0, (0.9, 0.5), (0.55, 0.55)) == {"person"}
    assert _beside_copies(8, (0.9, 0.5), (0.55, 0.55)) == {"person"}
