"""What a terminal shows of the noise checks that failed."""

from __future__ import annotations

import pytest

from prefstrata.cli._commands._noise import noise_told
from prefstrata.cli._output import Grid


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
    row = {"noise": "N2", "measure": "m", "slice": "stratum", "name": "s", "value": 0.2, "unit": unit, "passed": False}
    said, grid = noise_told([row | {"threshold": threshold} | ({"beyond": beyond} if beyond else {})])
    assert said == "noise checks: 1 had something to measure, 1 failed"
    assert isinstance(grid, Grid)
    assert grid.rows[0][-1] == shown
