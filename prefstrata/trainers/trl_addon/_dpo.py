"""DPO with weights and soft labels."""

from __future__ import annotations

from typing import Any

from prefstrata.model import ConfigError
from prefstrata.trainers.trl_addon._collating import KeepsColumns
from prefstrata.trainers.trl_addon._losses import loss_of, soft_and_weighed

__all__ = ["WeightedDPO"]


class WeightedDPO(KeepsColumns):
    """What ``WeightedDPOTrainer`` adds to TRL's ``DPOTrainer``; a mixin, to stand before it.

    Losses ``sigmoid``, ``hinge`` and ``ipo``, with the reverse KL divergence: those whose loss of a pair turned round
    is known.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - TRL's
        """Make the trainer, and refuse what it could not honour."""
        super().__init__(*args, **kwargs)
        settings: Any = self.args  # type: ignore[attr-defined]
        kinds = settings.loss_type if isinstance(settings.loss_type, list) else [settings.loss_type]
        shares = getattr(settings, "loss_weights", None) or [1.0] * len(kinds)
        self._losses = [(kind, share, loss_of(kind, settings.beta)) for kind, share in zip(kinds, shares, strict=True)]
        for name, usual in (
            ("f_divergence_type", "reverse_kl"),
            ("use_weighting", False),
            ("ld_alpha", None),
            ("label_smoothing", 0.0),
        ):
            if getattr(settings, name, usual) not in {usual, getattr(usual, "value", usual)}:
                raise ConfigError(
                    f"the add-on has no {name}", where=name, todo="leave it as it is, or use --weights resample"
                )

    def compute_loss(
        self,
        model: Any,  # noqa: ANN401 - TRL's
        inputs: dict[str, Any],
        return_outputs: bool = False,  # noqa: FBT001, FBT002 - TRL's signature
        num_items_in_batch: Any = None,  # noqa: ANN401, ARG002 - TRL's signature
    ) -> Any:  # noqa: ANN401 - a tensor
        """The weighed loss of a batch: its mean over the rows, as TRL takes it."""
        weight, p = inputs.pop("weight", None), inputs.pop("p", None)
        given = {
            name: value for name, value in inputs.items() if name in {"input_ids", "attention_mask", "token_type_ids"}
        }
        outputs = model(**given, use_cache=False)
        chosen, rejected = self._ratios(outputs.logits, inputs)
        sizes = inputs["completion_mask"][:, 1:].sum(dim=1).clamp(min=1).chunk(2)
        total = 0.0
        for kind, share, loss in self._losses:
            # IPO's target is a difference per token, as TRL takes it.
            difference = chosen / sizes[0] - rejected / sizes[1] if kind == "ipo" else chosen - rejected
            total = total + share * soft_and_weighed(loss, difference, weight, p if self._soft_labels else None)
        self._note(chosen, rejected)
        return (total, outputs) if return_outputs else total

    def _ratios(self, logits: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:  # noqa: ANN401 - tensors
        """How much more probable each side is than to the reference, in logs, a number per pair."""
        import torch  # noqa: PLC0415 - whoever calls this has it

        labels, mask = inputs["input_ids"][:, 1:], inputs["completion_mask"][:, 1:]
        each = torch.log_softmax(logits[:, :-1].float(), dim=-1).gather(2, labels.unsqueeze(2)).squeeze(2)
        chosen, rejected = (each * mask).sum(dim=1).chunk(2)
        if "ref_chosen_logps" in inputs:
            before = inputs["ref_chosen_logps"], inputs["ref_rejected_logps"]
        else:
            reference: Any = self
            before = reference.compute_ref_log_probs(reference.ref_model or reference.model, inputs)
        return chosen - before[0], rejected - before[1]

    def _note(self, chosen: Any, rejected: Any) -> None:  # noqa: ANN401 - tensors
        """Log what TRL logs of rewards."""
        trainer: Any = self
        metrics = trainer._metrics["train" if trainer.model.training else "eval"]  # noqa: SLF001 - its own
        better, worse = trainer.args.beta * chosen.detach(), trainer.args.beta * rejected.detach()
        metrics["rewards/chosen"].append(better.mean().item())
        metrics["rewards/rejected"].append(worse.mean().item())
        metrics["rewards/margins"].append((better - worse).mean().item())
        metrics["rewards/accuracies"].append((better > worse).float().mean().item())
