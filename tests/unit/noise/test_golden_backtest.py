"""Who got worse on settled pairs, however people chose the pairs they settled."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.noise._voting import at, opinion, settled, vote, warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

_DAY, _DAYS, _PAIRS = 86_400, 120, 8
"""Seconds; days of a simulation, of which the second half is late; pairs a day."""

_LIMITS = {"moved_on_golden": 0.2, "opposite_on_golden": 0.5, "backtest": 0.1}
"""What the policy that ships says."""


def _votes(
    raters: int, later: Mapping[str, float], round_of: Callable[[Random, bool, bool], str]
) -> list[dict[str, Any]]:
    """So many of five good raters on each pair, three pairs in ten hard; three days later it is settled in its round.

    ``round_of`` is given whether the pair is disputed and whether it is late, and names the round, if any; some raters
    are right otherwise later.
    """
    random = Random(1)
    votes = []
    for pair in range(_DAYS * _PAIRS):
        day, truth, easy = pair // _PAIRS, random.choice("ab"), random.choices((1, 0.4), (7, 3))[0]
        late = day >= _DAYS / 2
        rights = dict.fromkeys((f"rater {n}" for n in range(5)), 0.9) | (dict(later) if late else {})
        said = {
            rater: opinion(random, truth, 0.5 + easy * (rights[rater] - 0.5))
            for rater in random.sample(sorted(rights), raters)
        }
        votes += [vote(f"i{pair}", rater, choice, decided_at=at(day * _DAY)) for rater, choice in said.items()]
        if in_round := round_of(random, len(set(said.values())) > 1, late):
            votes.append({**settled(f"i{pair}", truth), "round": in_round, "decided_at": at((day + 3) * _DAY)})
    return votes


def _figures(votes: list[dict[str, Any]], *, fit: bool = False) -> pl.DataFrame:
    """What N3 says of settled pairs."""
    with warehouse(votes, fit=fit) as engine:
        for name in ("noise.golden_votes", "noise.backtests", "noise.drifts"):
            engine.build(name)
        if fit:
            engine.build("noise.raters", calibration_id="c")
        engine.build("noise.movers")
        engine.build("noise.drift_figures")
        return engine.read("noise.drift_figures")


def _failed(found: pl.DataFrame) -> set[str]:
    """The measures on settled pairs that fail."""
    return {
        row["measure"]
        for row in found.to_dicts()
        if row["measure"] in _LIMITS and (row["value"] if row["low"] is None else row["low"]) > _LIMITS[row["measure"]]
    }


def _lot(random: Random) -> str:
    return "golden" if random.random() < 0.2 else ""


def test_steady_raters_did_not_move_when_people_turned_to_disputes() -> None:
    """Golden pairs are drawn by lot for two months, then disputes are settled, and nobody is worse for it."""
    for raters in (2, 3):
        turned = _votes(
            raters, {}, lambda random, disputed, late: ("arbitration" if disputed else "") if late else _lot(random)
        )
        found = _figures(turned)
        assert _failed(found) == set()
        assert found.filter(measure="moved_on_golden")["value"].to_list() == [0]
        assert found.filter(measure="backtest")["n"].min() > 30


def test_steady_raters_did_not_move_when_people_no_longer_settled_what_all_agree_on() -> None:
    """Who is right on every pair that all agreed on is no worse for being wrong on pairs that were drawn by lot."""
    found = _figures(_votes(3, {}, lambda random, disputed, late: "" if disputed and not late else _lot(random)))
    assert _failed(found) == set()
    assert found.filter(measure="moved_on_golden")["value"].to_list() == [0]


def _left_out(settles: Callable[[Random, bool], bool], seed: int) -> float:
    """The share of votes on settled pairs that are no back-test: three of forty raters on a pair, in twelve months."""
    random = Random(seed)
    votes = []
    for pair in range(1200):
        truth, month = random.choice("ab"), pair // 100
        said = {f"rater {n}": opinion(random, truth, 0.8) for n in random.sample(range(40), 3)}
        begun = at(_DAY * 30 * month)
        votes += [vote(f"i{pair}", rater, choice, decided_at=begun) for rater, choice in said.items()]
        if settles(random, len(set(said.values())) > 1):
            votes.append({**settled(f"i{pair}", truth), "round": "golden", "decided_at": at(_DAY * (30 * month + 3))})
    with warehouse(votes, fit=False) as engine:
        engine.build("noise.golden_votes")
        return engine.read("noise.golden_votes")["chose"].cast(int).mean()  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(1, 9))
def test_no_back_test_is_lost_where_a_few_pairs_of_each_month_are_drawn_by_lot(seed: int) -> None:
    """Of ten pairs a month chance has more disputed now and then, and of twelve months in one or another."""
    assert _left_out(lambda random, _: random.random() < 0.1, seed) == 0


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_round_that_settles_disputes_shows_it_in_all_its_months(seed: int) -> None:
    """Of five pairs a month each may be disputed by chance, of sixty in a year they are not."""
    assert _left_out(lambda random, disputed: disputed and random.random() < 0.1, seed) == 1


def test_who_got_worse_is_found_where_disputes_are_settled_besides() -> None:
    """Two of five are below chance from halfway on: golden pairs drawn by lot show it, whatever arbitration settles."""
    tired = {"rater 0": 0.4, "rater 1": 0.4}
    assert "moved_on_golden" in _failed(_figures(_votes(3, tired, lambda random, *_: _lot(random))))
    besides = _votes(
        3, tired, lambda random, disputed, late: _lot(random) or ("arbitration" if disputed and late else "")
    )
    assert "moved_on_golden" in _failed(_figures(besides))


def test_who_got_worse_is_found_on_pairs_that_were_settled_before() -> None:
    """Where disputes alone are settled, pairs whose answer was known before they were shown tell who is tired."""
    tired = {f"rater {n}": 0.4 for n in range(5)}
    for later, failing in (({}, set()), (tired, {"moved_on_golden", "backtest"})):
        votes = _votes(3, later, lambda _, disputed, __: "arbitration" if disputed else "")
        random = Random(2)
        for day in range(_DAYS):
            votes.append({**settled(f"known {day}", "a"), "round": "arbitration", "decided_at": at(-_DAY)})
            rights = dict.fromkeys(tired, 0.9) | (later if day >= _DAYS / 2 else {})
            votes += [
                vote(f"known {day}", rater, opinion(random, "a", right), decided_at=at(day * _DAY))
                for rater, right in rights.items()
            ]
        assert _failed(_figures(votes)) == failing


def _against_an_expert(*rights: float) -> set[str]:
    """The strata that say the opposite on golden pairs, where disputes of a crowd with an expert are settled."""
    random = Random(5)
    votes = []
    for pair in range(400):
        truth = random.choice("ab")
        rater = pair % len(rights)
        crowd, expert = opinion(random, truth, rights[rater]), opinion(random, truth, 0.95)
        votes += [
            vote(f"i{pair}", f"crowd {rater}", crowd, decided_at=at(pair)),
            vote(f"i{pair}", "expert", expert, stratum="expert/offline", decided_at=at(pair)),
        ]
        if crowd != expert:
            votes.append({**settled(f"i{pair}", truth), "decided_at": at(1_000)})
    found = _figures(votes, fit=True).filter(measure="opposite_on_golden")
    return {row["name"] for row in found.to_dicts() if row["low"] > _LIMITS["opposite_on_golden"]}


def test_a_crowd_says_not_the_opposite_because_experts_win_their_disputes() -> None:
    """A crowd right in three of four loses nearly all disputes with an expert, one wrong in three of four says no."""
    assert _against_an_expert(0.75, 0.75, 0.75, 0.75) == set()
    assert _against_an_expert(0.25, 0.25, 0.25, 0.25) == {"crowd/offline"}


def test_one_rater_who_says_the_opposite_is_not_its_stratum() -> None:
    """Five are right in five of six; the sixth, wrong in four of five, is not what the crowd says."""
    assert _against_an_expert(0.85, 0.85, 0.85, 0.85, 0.85, 0.2) == set()
