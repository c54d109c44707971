"""How ``weights.json`` of a release is to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """
    return weights.get("format") not in _BY_TRUST
