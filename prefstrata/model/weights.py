"""How ``weights.json`` of a release is to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.model.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WEIGHTS_FORMAT", "squares_trust"]

WEIGHTS_FORMAT = "prefstrata-weights/3"
"""What releases are written in: a record weighs the square of its trust times the factor of its cell."""

_BY_TRUST = (None, "prefstrata-weights/2")


def squares_trust(weights: Mapping[str, Any]) -> bool:
    """Whether factors are for the square of trust; in the first two formats they are for trust itself.

    Args:
        weights: a release's ``weights.json``, read.

    Raises:
        ConfigError: the format is of a later version.
    """
    form = weights.get("format")
    if form not in {WEIGHTS_FORMAT, *_BY_TRUST}:
        raise ConfigError(
            f"the format {form!r} is not known to this version", where="weights.json", todo="upgrade prefstrata"
        )
    return form == WEIGHTS_FORMAT
