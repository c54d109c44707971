"""``python -m benchmarks.spark._short …``: the command, with a rater model of three steps and few replicates.

Each step is the same dozen statements again. What is killed and compared needs them once, not twenty times.
"""

from __future__ import annotations

import sys
from functools import partial
from unittest.mock import patch

from prefstrata.cli import main
from prefstrata.noise import FitSettings, fit_raters

if __name__ == "__main__":
    short = partial(fit_raters, settings=FitSettings(iterations=2, anchored=1))
    with (
        patch("prefstrata.pipeline._refit.fit_raters", short),
        patch("prefstrata.pipeline._tables.SETTINGS", {"replicates": 8}),
    ):
        sys.exit(main())
