"""open-instruct: DPO on whole conversations, whose last messages alone may differ.

In its mixer ``1.0`` takes all rows and ``1`` takes one.
"""

from __future__ import annotations

from prefstrata.trainers._target import LengthRule, Target

__all__ = ["TARGETS"]

TARGETS = (
    Target(
        "open-instruct-dpo",
        "open-instruct, dpo.py",
        ("pairs",),
        "full_pairs",
        ("chosen", "rejected"),
        LengthRule("prompt", cuts=True),
    ),
)
"""open-instruct's targets."""
