"""What a terminal shows of the noise checks that failed."""

from __future__ import annotations

from typing import Any

import pytest

from prefstrata.cli._commands._noise import noise_told
from prefstrata.cli._output import Grid


def _row(noise: str, **changes: object) -> dict[str, Any]:
    """A row of ``sql/manifest/noise.sql`` that failed."""
    said = {"noise": noise, "measure": "m", "slice": "stratum", "name": "s", "value": 0.2, "threshold": 0.65}
    return said | {"unit": "share", "passed": False, "action": f"What {noise} sends."} | changes


@pytest.mark.parametrize(
    ("threshold", "beyond", "unit", "shown"),
    [
        (0.65, "both", "share", "35.0 to 65.0 %"),
        (0.4, "above", "share", "40.0 %"),
        (1.5, "below", "number", "1.50"),
        (0.65, None, "share", "65.0 %"),
    ],
)
def test_the_threshold_is_shown_from_both_ends_where_both_fail(
    threshold: float, beyond: str | None, unit: str, shown: str
) -> None:
    """A figure that fails below must not stand beside the upper end alone; earlier manifests name one end."""
    said, grid, _ = noise_told([_row("N2", unit=unit, threshold=threshold) | ({"beyond": beyond} if beyond else {})])
    assert said == "noise checks: 1 had something to measure, 1 failed"
    assert isinstance(grid, Grid)
    assert grid.rows[0][-1] == shown


def test_what_follows_stands_below_the_table_once_for_each_check() -> None:
    """However many slices failed it; not for what passed, nor for what the table has no room for."""
    rows = [*(_row("N2", name=f"stratum {number}") for number in range(7)), _row("N1"), _row("N3")]
    line, grid, *below = noise_told([*rows, _row("N4", passed=True)])
    assert line == "noise checks: 4 had something to measure, 3 failed"
    assert isinstance(grid, Grid)
    assert [str(row[0])[:2] for row in grid.rows] == ["N2"] * 7 + ["N1"]
    assert below == ["what follows from N2: What N2 sends.", "what follows from N1: What N1 sends."]


def test_whose_votes_made_a_check_fail_is_named_with_what_changed() -> None:
    """Raters with most votes, of how many; a check that passed names nobody here."""
    rater = {"rater_id": "crowd:tired", "dimension": "tone", "votes": 1200, "changed_at": "2026-10-01"}
    moved = {"movers": 31, "raters": [rater | {"before": 0.91, "after": 0.5}]}
    *_, followed, grid = noise_told([_row("N3", **moved), _row("N2", passed=True, **moved)])
    assert followed == "what follows from N3: What N3 sends."
    assert isinstance(grid, Grid)
    assert grid.title == "Counted in m of s: 31 (see noise.movers)"
    assert grid.rows == (("crowd:tired", "tone", 1200, "2026-10-01", "91.0 %", "50.0 %"),)


def test_nothing_follows_where_nothing_failed() -> None:
    """A line, and neither a table nor what would follow."""
    assert list(noise_told([_row("N1", passed=True)])) == ["noise checks: 1 had something to measure, 0 failed"]
