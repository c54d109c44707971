"""NeMo-RL: preferences as ranked completions, or binary; for its DPO and reward models.

Its loss multiplies each pair by ``loss_multiplier``, but its own preprocessor sets that to one: :func:`weighted` is a
processor that keeps what the row says. The binary format has no place for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.trainers._target import LengthRule, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["TARGETS", "weighted"]

TARGETS = (
    Target(
        "nemo-rl",
        "NeMo-RL, PreferenceDataset",
        ("pairs",),
        "ranked_pairs",
        ("context", "completions"),
        LengthRule("longest", cuts=False),
        weight="loss_multiplier",
        reader="prefstrata.trainers.nemo_rl.weighted",
    ),
    Target(
        "nemo-rl-binary",
        "NeMo-RL, BinaryPreferenceDataset",
        ("pairs",),
        "prompt_pair_strings",
        ("prompt", "chosen", "rejected"),
        LengthRule("longest", cuts=False),
    ),
)
"""NeMo-RL's targets."""


def weighted(processor: Callable[..., Any]) -> Callable[..., Any]:
    """Make a NeMo-RL data processor that keeps the weight of a row.

    Args:
        processor: such as ``nemo_rl.data.processors.preference_preprocessor``, called with the row first.

    Returns:
        The same processor, with what it says of ``loss_multiplier`` (0 for a pair that is too long, else 1) multiplied
        by the row's.
    """

    def process(datum: Mapping[str, Any], *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - NeMo-RL's own type
        made = processor(datum, *args, **kwargs)
        made["loss_multiplier"] *= datum.get("loss_multiplier", 1.0)
        return made

    return process
