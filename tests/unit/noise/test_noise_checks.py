"""Each noise check is tripped by a planted fault, and not by an innocent set of the same size."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.engine import DuckDBEngine, parameters
from prefstrata.model.resources import data_directory
from prefstrata.model.tables import TABLES
from prefstrata.noise import FITTED
from prefstrata.pipeline import stage_of
from prefstrata.policy import MEASURES, NOISES, Policy, load_policies
from prefstrata.project import read_model
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Rows = dict[str, list[dict[str, Any]]]

_BEGAN = datetime(2026, 9, 1)  # noqa: DTZ001 - the ledger's times are UTC without saying so
_PAIRS = 120
_FIGURES = tuple(name for name in stage_of("noise").tables if name not in FITTED)
_PLAIN = {"characters": 100, "markdown": 0, "hedged": False, "refusal": False, "apology": False}


@contextmanager
def checked(rows: Rows) -> Iterator[DuckDBEngine]:
    """A warehouse with these rows, and everything the stage builds on them but the rater model's tables."""
    engine = DuckDBEngine(":memory:", threads=2)
    try:
        with engine.transaction():  # one for all takes half as long
            for each in TABLES:
                if not each.passing:
                    engine.ensure(each)
        policy = read_model(data_directory("policies") / "general.yaml", Policy)
        load_policies(engine, [policy])
        for name, given in rows.items():
            engine.load(name, frame(name, given))
        known = {"replicates": 20, "calibration_id": "c"}
        for name in _FIGURES:
            engine.build(name, **{each: known[each] for each in parameters(name)})
        yield engine
    finally:
        engine.close()


def failed(rows: Rows) -> set[tuple[str, str]]:
    """Checks and measures that failed; every meaning must hold its figure, and no placeholder."""
    with checked(rows) as engine:
        found = engine.read("noise.checks").to_dicts()
    for row in found:
        assert not {"{figure}", "{where}", "{n}"} & set(row["meaning"].split())
        assert f"{row['slice']} {row['name']}" in row["meaning"]
    return {(row["noise"], row["measure"]) for row in found if not row["passed"]}


def pair(item: int, **sides: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """A pair with a prompt of its own and ids that are spread as ours are."""
    usual = {"features_a": _PLAIN, "features_b": _PLAIN, "generators_a": [], "generators_b": []}
    return {"pair_id": _hash(f"pair {item}"), "prompt_id": _hash(f"prompt {item}"), **usual, **sides}


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def world(pairs: list[dict[str, Any]], votes: list[dict[str, Any]], tasks: Callable[[int], str]) -> Rows:
    """Pairs, their prompts, and votes on them, as the evidence holds them."""
    prompts = [
        {"prompt_id": each["prompt_id"], "task": tasks(place), "scenario": "care", "policy_scenario": "*"}
        for place, each in enumerate(pairs)
    ]
    usual = {"dimension": "overall", "stratum": "crowd/offline", "settles": False, "share": 1.0}
    numbered = [{"vote_id": f"{place:032x}", **usual, **vote} for place, vote in enumerate(votes)]
    return {"evidence.pairs": pairs, "evidence.prompts": prompts, "evidence.votes": numbered}


def vote(of: dict[str, Any], rater: str, choice: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of any type
    """A vote on the pair."""
    return {"pair_id": of["pair_id"], "prompt_id": of["prompt_id"], "rater_id": rater, "choice": choice, **more}


def side(random: Random, right: float, truth: str = "a") -> str:
    """The true side so often, else the other."""
    return truth if random.random() < right else "ab".replace(truth, "")


def crowd(right: float) -> Rows:
    """Three raters to a pair, right so often."""
    random = Random(1)  # noqa: S311 - a simulation
    pairs = [pair(item) for item in range(_PAIRS)]
    truths = {each["pair_id"]: random.choice("ab") for each in pairs}
    votes = [vote(each, f"crowd:{n}", side(random, right, truths[each["pair_id"]])) for each in pairs for n in range(3)]
    return world(pairs, votes, lambda place: f"task {place % 4}")


def styled(taste: float) -> Rows:
    """Raters who take the longer of two so often, and else mostly the better one, of which length says nothing."""
    random = Random(2)  # noqa: S311 - a simulation
    long = {**_PLAIN, "characters": 900}
    pairs = [pair(item, features_a=long) if item % 2 else pair(item, features_b=long) for item in range(_PAIRS)]
    truths = {each["pair_id"]: random.choice("ab") for each in pairs}
    votes = [
        vote(
            each,
            f"crowd:{n}",
            ("a" if each["features_a"] is long else "b")
            if random.random() < taste
            else side(random, 0.95, truths[each["pair_id"]]),
        )
        for each in pairs
        for n in range(2)
    ]
    return world(pairs, votes, lambda place: f"task {place % 4}")


def rated(later: float) -> Rows:
    """Four raters on one scale; from the middle on, two of them are so much milder."""
    random = Random(3)  # noqa: S311 - a simulation
    ratings = [
        {
            "rating_id": f"{n} {day}",
            "prompt_id": "p",
            "response_id": f"r{day}",
            "rater_id": f"crowd:{n}",
            "dimension": "overall",
            "supervisor": "crowd",
            "mode": "offline",
            "source": "stars",
            "value": 3 + random.choice((-1, 0, 1)) + (later if n < 2 and day >= 30 else 0),
            "scale_min": 1,
            "scale_max": 5,
            "decided_at": _BEGAN + timedelta(days=day),
        }
        for n in range(4)
        for day in range(60)
    ]
    prompts = [{"prompt_id": "p", "task": "write", "scenario": "care", "policy_scenario": "*"}]
    return {"ledger.ratings": ratings, "evidence.prompts": prompts}


def backtested(later: float, earlier: float = 0.9) -> Rows:
    """Two raters on settled pairs, one verdict a day over four months; they are right so often in the first two."""
    random = Random(4)  # noqa: S311 - a simulation
    pairs = [pair(item) for item in range(_PAIRS)]
    votes = [
        vote(
            each,
            f"crowd:{n}",
            side(random, earlier if day < 61 else later),
            decided_at=_BEGAN + timedelta(days=day),
        )
        for n in range(2)
        for day, each in enumerate(pairs)
    ]
    settling = [vote(each, "expert:lee", "a", stratum="expert/offline", settles=True) for each in pairs]
    rows = world(pairs, [*votes, *settling], lambda place: f"task {place % 4}")
    settled = [{"pair_id": each["pair_id"], "dimension": "overall", "settled": True, "choice": "a"} for each in pairs]
    return {**rows, "noise.settlements": settled}


def candidates(*, near: bool) -> Rows:
    """Pairs of texts that differ in one word of twenty, or in all of them."""
    words = " ".join(f"word{n}" for n in range(40))
    pairs = [pair(item, seq_a=2 * item, seq_b=2 * item + 1) for item in range(_PAIRS)]
    texts = [
        {"seq": 2 * item + late, "content": f"{words} {late}" if near else f"one{late} two{late} three{late}"}
        for item in range(_PAIRS)
        for late in (0, 1)
    ]
    return {**world(pairs, [], lambda place: f"task {place % 4}"), "ledger.responses": texts}


def generated(known: float) -> Rows:
    """Two generators, of which the first wins so often."""
    random = Random(5)  # noqa: S311 - a simulation
    pairs, estimates = [], []
    for item in range(_PAIRS):
        writers = [["strong"], ["weak"]] if item % 2 else [["weak"], ["strong"]]
        pairs.append(pair(item, generators_a=writers[0], generators_b=writers[1]))
        a_wins = side(random, known, "a" if item % 2 else "b") == "a"
        estimates.append(
            {
                "pair_id": pairs[-1]["pair_id"],
                "dimension": "overall",
                "p_a": 0.8 if a_wins else 0.1,
                "p_tie": 0.1,
                "p_b": 0.1 if a_wins else 0.8,
                "votes": 2,
                "evidence": 1.0,
                "disagreement": 0.1,
            }
        )
    return {**world(pairs, [], lambda place: f"task {place % 4}"), "noise.preferences": estimates}


def sources(experts: int) -> Rows:
    """Twenty raters in a source, so many of them experts; five are called as experts elsewhere are."""
    given = [
        {
            "source": "crowd",
            "supervisor": supervisor,
            "mode": "offline",
            "rater_id": f"{supervisor}:{n}",
            "vote_id": f"{n} {k}",
        }
        for n in range(20)
        for k in range(10)
        for supervisor in ["crowd" if n >= experts else "expert"]
    ]
    elsewhere = [
        {"source": "experts", "supervisor": "expert", "mode": "offline", "rater_id": f"expert:{n}", "vote_id": f"e{n}"}
        for n in [*range(15, 20), *range(100, 140)]
    ]
    return {"ledger.votes": [*given, *elsewhere]}


def ruled(right: float) -> Rows:
    """A rule and two people, who agree with each other; the rule is right so often."""
    random = Random(6)  # noqa: S311 - a simulation
    pairs = [pair(item) for item in range(_PAIRS)]
    votes = [vote(each, f"expert:{n}", "a", stratum="expert/offline") for each in pairs for n in range(2)]
    votes += [vote(each, "rule:short", side(random, right), stratum="rule/offline") for each in pairs]
    return world(pairs, votes, lambda place: f"task {place % 4}")


def tasked(share: float) -> Rows:
    """Pairs of four tasks, one of which has so many of them."""
    pairs = [pair(item) for item in range(_PAIRS)]
    return world(pairs, [], lambda place: "frequent" if place < share * _PAIRS else f"task {place % 3}")


def traced(template: Callable[[int], str], steps: Callable[[int], int]) -> Rows:
    """Traces of one task, cut by a template into so many steps."""
    given = [
        {
            "trace_id": f"t{trace}",
            "prompt_id": "p",
            "index": index,
            "unit": "step",
            "template": template(trace),
            "output": f"{trace} {index}",
            "rater_id": "expert:lee",
        }
        for trace in range(_PAIRS)
        for index in range(steps(trace))
    ]
    prompts = [{"prompt_id": "p", "task": "sum", "scenario": "care", "policy_scenario": "*"}]
    return {"ledger.steps": given, "evidence.prompts": prompts}


STEADY, SLIPPED = backtested(0.9), backtested(0.5)
FAULTS: dict[str, tuple[str, str, Rows, Rows]] = {
    "coin tossers": ("N1", "disagreement", crowd(0.55), crowd(0.9)),
    "taste for length": ("N2", "longer_wins", styled(0.8), styled(0.05)),
    "milder from the middle on": ("N3", "moved_scales", rated(1.0), rated(0.0)),
    "worse on settled pairs": ("N3", "moved_on_golden", SLIPPED, STEADY),
    "a month that slipped": ("N3", "backtest", SLIPPED, STEADY),
    "the other way round": ("N3", "opposite_on_golden", backtested(0.2, 0.2), STEADY),
    "nothing to choose": ("N4", "near_duplicates", candidates(near=True), candidates(near=False)),
    "the strong one always wins": ("N4", "generator_wins", generated(0.98), generated(0.6)),
    "experts in the crowd": ("N5", "pooled", sources(5), sources(0)),
    "a blind rule": ("N6", "rule_errors", ruled(0.5), ruled(0.9)),
    "one task": ("N7", "one_task", tasked(0.9), tasked(0.3)),
    "two templates": (
        "N8",
        "mixed_templates",
        traced(lambda trace: f"t@{trace % 2}", lambda _: 4),
        traced(lambda _: "t@1", lambda _: 4),
    ),
    "large steps and small": (
        "N8",
        "uneven_steps",
        traced(lambda _: "t@1", lambda trace: 1 if trace % 4 else 20),
        traced(lambda _: "t@1", lambda trace: 4 + trace % 3),
    ),
}


@pytest.fixture(scope="module")
def failed_of() -> Callable[[Rows], set[tuple[str, str]]]:
    """As `failed`, of each set once: some faults have theirs in common."""
    known: list[tuple[Rows, set[tuple[str, str]]]] = []  # an id alone goes over to another set when its own is gone

    def once(rows: Rows) -> set[tuple[str, str]]:
        for before, found in known:
            if before is rows:
                return found
        known.append((rows, failed(rows)))
        return known[-1][1]

    return once


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_trips_its_check_and_an_innocent_set_trips_none(
    failed_of: Callable[[Rows], set[tuple[str, str]]], fault: str
) -> None:
    """Of two sets of one size, the faulty one fails the check it was planted for, the other fails nothing at all."""
    noise, measure, faulty, innocent = FAULTS[fault]
    assert (noise, measure) in failed_of(faulty)
    assert failed_of(innocent) == set()
    assert {name: len(rows) for name, rows in faulty.items() if "steps" not in name} == {
        name: len(rows) for name, rows in innocent.items() if "steps" not in name
    }


def test_every_check_has_a_planted_fault() -> None:
    """No check is left that nobody has seen fail."""
    assert {noise for noise, *_ in FAULTS.values()} == set(NOISES) == {each.noise for each in MEASURES}


def test_many_raters_on_a_few_prompts_fail_nothing_and_say_so() -> None:
    """Twelve who all take the longer side of four pairs are four prompts, which chance gives one in eight times."""
    long = {**_PLAIN, "characters": 900}
    for prompts, fails in ((4, False), (40, True)):
        pairs = [pair(item, features_a=long) for item in range(prompts)]
        votes = [vote(each, f"crowd:{n}", "a") for each in pairs for n in range(12)]
        with checked(world(pairs, votes, lambda place: f"task {place % 4}")) as engine:
            found = {row["measure"]: row for row in engine.read("noise.checks").to_dicts() if row["noise"] == "N2"}
        assert found["longer_wins"]["passed"] is not fails
        assert found["longer_wins"]["n"] == 12 * prompts
        assert ("so it fails nothing" in found["longer_wins"]["meaning"]) is not fails


def test_what_failed_sends_pairs_to_people() -> None:
    """Contested slices and counter-examples are asked again, what a rule gets wrong is reviewed."""
    sent = {}
    for name, rows in {"N1": crowd(0.55), "N2": styled(0.8), "N6": ruled(0.5)}.items():
        estimates = [
            {"pair_id": each["pair_id"], "dimension": "overall", "votes": 2, "disagreement": 0.2, "strata": []}
            for each in rows["evidence.pairs"]
        ]
        with checked({**rows, "noise.preferences": estimates}) as engine:
            engine.build("noise.followups")
            engine.build("noise.queue")
            engine.build("noise.proposals")
            found = engine.read("noise.queue")
            sent[name] = {(row["queue"], row["kind"]) for row in found.to_dicts()}
            assert 0 < found.height <= 60 * len(sent[name])
            assert name in set(engine.read("noise.proposals")["noise"])
    assert sent == {
        "N1": {("reannotation", "contested")},
        "N2": {("reannotation", "counterexample")},
        "N6": {("review", "rule")},
    }


def test_what_is_told_first_is_nearest_to_failing_by_its_interval() -> None:
    """A figure fails as a whole, so one of one is far from failing, and what rests on too little farther."""
    rows = [
        ("one of one", 1.0, 0.27, 1.0, "above", 0.4, True, True),
        ("four prompts", 1.0, None, None, "above", 0.4, True, False),
        ("many", 0.43, 0.35, 0.5, "above", 0.4, True, True),
        ("failed", 0.45, 0.41, 0.5, "above", 0.4, False, True),
        ("none of three", 0.0, 0.0, 0.47, "both", 0.7, True, True),
    ]
    names = ("name", "value", "low", "high", "beyond", "threshold", "passed", "enough")
    told = [dict(zip(names, row, strict=True), noise="N1", measure="m", slice="task") for row in rows]
    engine = DuckDBEngine(":memory:")
    try:
        engine.load("noise.checks", frame("noise.checks", told))
        found = engine.query("reports/noise_checks", noise=None)["name"].to_list()
    finally:
        engine.close()
    assert found == ["failed", "many", "one of one", "none of three", "four prompts"]
