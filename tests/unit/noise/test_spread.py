"""How far a panel's raters differ is told by what they showed, and believed where that tells little."""

# ruff: noqa: S311 - chance for a simulation, no secret

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from prefstrata.noise._spread import spread_and_mean


def spread(raters: int, information: float, scale: float, *, spammers: int = 0) -> float:
    """Found of raters around 1 with that squared scale of a Student t, and others three log-odds below it."""
    random = Random(3)
    rows = []
    for unit in range(raters + spammers):
        heavy = (random.gammavariate(2, 0.5)) ** -0.5
        ability = -2.0 if unit >= raters else 1 + scale**0.5 * heavy * random.gauss(0, 1)
        showed = ability + random.gauss(0, 1) / information**0.5
        rows.append({"panel": 1, "unit": unit, "ability": showed, "showed": showed, "information": information})
    told = pl.DataFrame(rows).with_columns(heavy_ability=1.0, hold_ability=1 / scale)
    panels = pl.DataFrame({"panel": [1], "ability_mean": [1.0], "ability_prior": [1.0], "ability_spread": [0.7]})
    found = spread_and_mean(told, panels, 1.0)["ability_spread"].item()
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
