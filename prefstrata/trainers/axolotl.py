"""Axolotl: DPO by chat template, Bradley-Terry reward models, KTO, and stepwise supervision.

A column more would stop its DPO, and its Bradley-Terry strategy looks for the key ``system`` in every row.
"""

from __future__ import annotations

from prefstrata.trainers._target import LengthRule, Target

__all__ = ["TARGETS"]

TARGETS = (
    Target(
        "axolotl-dpo",
        "Axolotl, rl: dpo, type: chat_template.default",
        ("pairs",),
        "message_pairs",
        ("messages", "chosen", "rejected"),
        LengthRule("longest", cuts=False),
    ),
    Target(
        "axolotl-bradley-terry",
        "Axolotl, reward_model: true, type: bradley_terry.chat_template",
        ("pairs",),
        "single_turn_pairs",
        ("system", "input", "chosen", "rejected"),
        LengthRule("never", cuts=True),
        prompts="single",
    ),
    Target(
        "axolotl-kto",
        "Axolotl, rl: kto, type: chatml.argilla or llama3.argilla",
        ("unpaired", "pairs"),
        "single_turn_labels",
        ("system", "instruction", "completion", "label"),
        LengthRule("longest", cuts=False),
        prompts="single",
    ),
    Target(
        "axolotl-stepwise",
        "Axolotl, process_reward_model: true, type: stepwise_supervised",
        ("traces",),
        "steps",
        ("prompt", "completions", "labels"),
        LengthRule("never", cuts=True),
    ),
)
"""Axolotl's targets."""
