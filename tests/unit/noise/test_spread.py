"""How far a panel's raters differ is told by what they showed, and believed where that tells little."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from prefstrata.noise._spread import spread_and_mean


def spread(  # noqa: PLR0913 - what a panel is, and what is said of it
    raters: int,
    information: float,
    scale: float,
    *,
    spammers: int = 0,
    told: float = 1.0,
    mean: float = 1.0,
    known: int = 0,
) -> float:
    """Found of raters around a mean with that squared scale of a Student t, and others three log-odds below it.

    Their votes are said to leave as much open as information of ``told`` times what they hold would. Of the first
    ``known`` of them everything is known.
    """
    random = Random(3)
    rows = []
    for unit in range(raters + spammers):
        heavy = (random.gammavariate(2, 0.5)) ** -0.5
        ability = mean - 3 if unit >= raters else mean + scale**0.5 * heavy * random.gauss(0, 1)
        held = information * (1e6 if unit < known else 1.0)
        showed = ability + random.gauss(0, 1) / held**0.5
        rows.append({"panel": 1, "unit": unit, "ability": showed, "showed": showed, "information": held * told})
    seen = pl.DataFrame(rows).with_columns(heavy_ability=1.0, hold_ability=1 / scale)
    panels = pl.DataFrame({"panel": [1], "ability_mean": [mean], "ability_prior": [mean], "ability_spread": [0.7]})
    found = spread_and_mean(seen, panels, 1.0)["ability_spread"].item()
    assert isinstance(found, float)
    return found


@pytest.mark.parametrize("scale", [0.05, 0.25, 1.0])
def test_what_many_raters_showed_tells_how_far_they_differ(scale: float) -> None:
    """Within a third, from four hundred raters whose votes tell each ability to a third of a log-odd."""
    assert spread(400, 9.0, scale) == pytest.approx(scale, rel=0.35)


def test_what_few_votes_do_not_tell_is_believed() -> None:
    """Twenty raters with next to no information differ by what is believed of any, however little they do."""
    assert spread(20, 0.05, 0.01) == pytest.approx(0.25, rel=0.3)


def test_it_is_found_at_once_from_wherever_it_began() -> None:
    """A panel whose raters are alike is not drawn by little steps from a wide beginning."""
    assert spread(120, 4.0, 0.03) < 0.15


def test_spammers_make_a_panel_wide() -> None:
    """What is believed before does not hold it back."""
    assert spread(20, 9.0, 0.05, spammers=20) > 1.0


@pytest.mark.parametrize("told", [0.9, 0.8])
def test_raters_are_not_alike_because_their_votes_are_said_to_leave_a_little_more_open(told: float) -> None:
    """Of two thousand raters with few votes each: a tenth too much is more than all that they differ by."""
    assert spread(2000, 1.0, 0.05, told=told, mean=0.2) > 0.04


def test_a_few_of_whom_much_is_known_do_not_speak_for_the_others() -> None:
    """They differ by far more than their votes leave open, which says nothing of what those of the others do."""
    assert spread(2000, 1.0, 0.05, told=0.8, mean=0.2, known=4) > 0.04


@pytest.mark.parametrize("scale", [0.05, 0.25])
def test_what_hardly_depends_on_what_votes_leave_open_is_told_by_all_raters(scale: float) -> None:
    """What is believed before moves nothing where each ability is known far better than they differ."""
    assert spread(2000, 300.0, scale) == pytest.approx(scale, rel=0.15)
    assert spread(2000, 300.0, scale, mean=0.2) == pytest.approx(spread(2000, 300.0, scale), rel=0.05)


def test_raters_who_differ_by_less_than_chance_would_have_them_are_alike() -> None:
    """Their votes are said to leave three times as much open as they do: the panel still tells what it would."""
    assert spread(80, 100.0, 0.0001, told=0.3) < 0.06
