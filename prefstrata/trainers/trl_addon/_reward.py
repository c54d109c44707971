"""Reward models with weights, soft labels and margins."""

from __future__ import annotations

from typing import Any

from prefstrata.trainers.trl_addon._collating import KeepsColumns
from prefstrata.trainers.trl_addon._losses import soft_and_weighed

__all__ = ["WeightedReward"]


class WeightedReward(KeepsColumns):
    """What ``WeightedRewardTrainer`` adds to TRL's ``RewardTrainer``; a mixin, to stand before it."""

    def compute_loss(
        self,
        model: Any,  # noqa: ANN401 - TRL's
        inputs: dict[str, Any],
        return_outputs: bool = False,  # noqa: FBT001, FBT002 - TRL's signature
        num_items_in_batch: Any = None,  # noqa: ANN401, ARG002 - TRL's signature
    ) -> Any:  # noqa: ANN401 - a tensor
        """The weighed loss of a batch: its mean over the rows, as TRL takes it."""
        from torch.nn import functional  # noqa: PLC0415 - whoever calls this has it

        weight, p, margin = (inputs.pop(name, None) for name in ("weight", "p", "margin"))
        outputs = model(**inputs, use_cache=False)
        better, worse = outputs.logits.squeeze(-1).chunk(2)
        difference = better - worse
        soft = p if self._soft_labels else None
        if soft is None and margin is not None:
            difference = difference - margin
        loss = soft_and_weighed(lambda d: -functional.logsigmoid(d), difference, weight, soft)
        trainer: Any = self
        if trainer.args.center_rewards_coefficient is not None:
            loss = loss + trainer.args.center_rewards_coefficient * ((better + worse) ** 2).mean()
        metrics = trainer._metrics["train" if trainer.model.training else "eval"]  # noqa: SLF001 - its own
        metrics["accuracy"].append((better > worse).float().mean().item())
        metrics["margin"].append((better - worse).mean().item())
        return (loss, outputs) if return_outputs else loss
