"""ms-swift: preferences for DPO and its kin, reward models with a margin, and regression with a head per dimension.

Rows with other columns lose them; a row longer than ``max_length`` is skipped. It takes a system message from the front
and stops at one further on.
"""

from __future__ import annotations

from prefstrata.trainers._target import LengthRule, Target

__all__ = ["TARGETS"]

_LENGTH = LengthRule("longest", cuts=False)

TARGETS = (
    Target(
        "ms-swift-dpo",
        "ms-swift, rlhf_type dpo, orpo, simpo, cpo",
        ("pairs",),
        "answered_pairs",
        ("messages", "rejected_response"),
        _LENGTH,
        prompts="leading",
    ),
    Target(
        "ms-swift-rm",
        "ms-swift, rlhf_type rm",
        ("pairs",),
        "answered_pairs",
        ("messages", "rejected_response"),
        _LENGTH,
        prompts="leading",
        margin="margin",
    ),
    Target(
        "ms-swift-regression",
        "ms-swift, problem_type multi-regression",
        ("ratings",),
        "answered_scores",
        ("messages", "label"),
        _LENGTH,
        prompts="leading",
    ),
)
"""ms-swift's targets."""
