"""The losses: of a pair as it stands and turned round, by its soft label, times its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LOSSES", "soft_and_weighed"]

LOSSES = ("sigmoid", "hinge", "ipo")
"""DPO's losses of a difference of rewards, which know what a pair turned round is."""


def soft_and_weighed(loss: Callable[[Any], Any], difference: Any, weight: Any, p: Any) -> Any:  # noqa: ANN401 - tensors
    """The mean over a batch of ``weight * (p * loss(d) + (1 - p) * loss(-d))``.

    Args:
        loss: the loss of a pair, from the difference of its sides' rewards.
        difference: that difference, a number per pair.
        weight: a number per pair; None for all alike.
        p: a number per pair; None where the label is certain.
    """
    each = loss(difference) if p is None else p * loss(difference) + (1 - p) * loss(-difference)
    return (each if weight is None else weight * each).mean()


def loss_of(kind: str, beta: float) -> Callable[[Any], Any]:
    """DPO's loss of that kind, from the difference of log ratios.

    Raises:
        ConfigError: the loss does not depend on that difference alone.
    """
    from torch.nn import functional  # noqa: PLC0415 - whoever calls this has it

    losses: dict[str, Callable[[Any], Any]] = {
        "sigmoid": lambda d: -functional.logsigmoid(beta * d),
        "hinge": lambda d: functional.relu(1 - beta * d),
        "ipo": lambda d: (d - 1 / (2 * beta)) ** 2,
    }
    if kind not in losses:
        raise ConfigError(
            f"the add-on has no loss {kind!r}",
            where="loss_type",
            todo=f"use one of {', '.join(LOSSES)}, or --weights resample",
        )
    return losses[kind]
