"""Runs whose fits have few steps and whose intervals few replicates, for tests that look at neither."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from prefstrata.noise import FitSettings, fit_raters
from prefstrata.pipeline import _tables

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def in_short() -> Iterator[None]:
    """Until the block ends, for runs of this process: two steps and eight replicates, a quarter less of a small run.

    A step is the same dozen statements again, and two hundred replicates of every slice are most of a small run's rows.
    """
    with pytest.MonkeyPatch.context() as patch:
        short = partial(fit_raters, settings=FitSettings(iterations=2, anchored=1))
        patch.setattr("prefstrata.pipeline._refit.fit_raters", short)
        patch.setitem(_tables.SETTINGS, "replicates", 8)
        yield
