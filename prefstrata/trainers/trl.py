"""TRL: DPO and its kin, KTO, the reward trainer, and process rewards.

Rows: TRL's dataset formats (conversational or standard; explicit or implicit prompt). DPOTrainer, and the ORPO and CPO
trainers of ``trl.experimental``, keep nothing but token ids, so a column more vanishes without a word;
:mod:`prefstrata.trainers.trl_addon` is what reads ``weight`` and ``p``. RewardTrainer reads ``margin``, which every row
must then have. PRMTrainer left TRL after 1.13.
"""

from __future__ import annotations

from prefstrata.trainers._target import LengthRule, Target

__all__ = ["TARGETS"]

_ADDON = "prefstrata.trainers.trl_addon"

TARGETS = (
    Target(
        "trl-dpo",
        "TRL DPOTrainer (IPO and kin by loss_type; ORPO, CPO and SimPO in trl.experimental)",
        ("pairs",),
        "prompt_pairs",
        ("prompt", "chosen", "rejected"),
        LengthRule("prompt", cuts=True, run=True),
        texts=("prompt_pair_texts", ("prompt", "chosen", "rejected")),
        weight="weight",
        soft="p",
        reader=_ADDON,
    ),
    Target(
        "trl-kto",
        "TRL KTOTrainer",
        ("unpaired", "pairs"),
        "prompt_labels",
        ("prompt", "completion", "label"),
        LengthRule("prompt", cuts=True, run=True),
        texts=("prompt_label_texts", ("prompt", "completion", "label")),
    ),
    Target(
        "trl-reward",
        "TRL RewardTrainer",
        ("pairs",),
        "full_pairs",
        ("chosen", "rejected"),
        LengthRule("longest", cuts=False, run=True),
        texts=("full_pair_texts", ("chosen", "rejected")),
        weight="weight",
        soft="p",
        margin="margin",
        reader=_ADDON,
    ),
    Target(
        "trl-prm",
        "TRL PRMTrainer (trl.experimental, up to TRL 1.13)",
        ("traces",),
        "steps",
        ("prompt", "completions", "labels"),
        LengthRule("never", cuts=True, run=True),
    ),
)
"""TRL's targets."""
