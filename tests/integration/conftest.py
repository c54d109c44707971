"""Fixtures of tests that run the pipeline again and again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from prefstrata.noise import FitSettings, fit_raters

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def in_short() -> Iterator[None]:
    """Runs of this process make fits of few steps and intervals of few replicates; for modules that look at neither."""
    with pytest.MonkeyPatch.context() as patch:
        short = partial(fit_raters, settings=FitSettings(iterations=2, anchored=1))
        patch.setattr("prefstrata.pipeline._refit.fit_raters", short)
        patch.setattr("prefstrata.pipeline._session._SETTINGS", {"replicates": 8})
        yield
