"""OpenRLHF: DPO and reward models.

Rows as messages, for ``--data.apply_chat_template`` with ``--data.prompt_key prompt``. The margin is read by reward
models alone, and only under their margin loss. It has no KTO and no process rewards since March 2026.
"""

from __future__ import annotations

from prefstrata.trainers._target import LengthRule, Target

__all__ = ["TARGETS"]

TARGETS = (
    Target(
        "openrlhf-dpo",
        "OpenRLHF train_dpo",
        ("pairs",),
        "prompt_pairs",
        ("prompt", "chosen", "rejected"),
        LengthRule("prompt", cuts=True, room=2, run=True),
    ),
    Target(
        "openrlhf-rm",
        "OpenRLHF train_rm",
        ("pairs",),
        "prompt_pairs",
        ("prompt", "chosen", "rejected"),
        LengthRule("never", cuts=True, run=True),
        margin="margin",
    ),
)
"""OpenRLHF's targets."""
