"""What a release's weights are read as."""

from __future__ import annotations

from typing import Any

import pytest

from prefstrata.model import ConfigError
from prefstrata.model.weights import WEIGHTS_FORMAT, squares_trust


@pytest.mark.parametrize(
    ("document", "squared"),
    [({}, False), ({"format": "prefstrata-weights/2"}, False), ({"format": WEIGHTS_FORMAT}, True)],
)
def test_each_format_is_read_as_it_was_meant(document: dict[str, Any], squared: bool) -> None:  # noqa: FBT001 - a case
    """Releases of before weigh by trust itself."""
    assert squares_trust(document) is squared


def test_a_later_format_is_not_guessed_at() -> None:
    """Weights that are read wrongly train a model wrongly, and nobody sees it."""
    with pytest.raises(ConfigError, match="'prefstrata-weights/4' is not known") as raised:
        squares_trust({"format": "prefstrata-weights/4"})
    assert raised.value.todo == "upgrade prefstrata"
