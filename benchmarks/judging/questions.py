"""Questions of any number, made up from nothing but their number."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.judging import Item, Question, Rubric, compare, rubric_for
from prefstrata.policy import Policy
from prefstrata.project import JudgeModel, Price, read_model

if TYPE_CHECKING:
    from typing import Any

__all__ = ["POLICY", "judge", "pairs", "questions", "rubric"]

POLICY = read_model(Path(__file__).resolve().parents[2] / "policies" / "general.yaml", Policy)


def judge(base_url: str, name: str = "lynx", **more: Any) -> JudgeModel:  # noqa: ANN401 - any setting
    """A judge at this endpoint."""
    price = Price(input=Decimal("0.25"), output=Decimal(2))
    settings = {"timeout": 0.6, "concurrency": 24} | more
    return JudgeModel(name=name, model=f"{name}-1", base_url=base_url, api_key_env=None, price=price, **settings)


def rubric(dimension: str = "helpfulness", policy: Policy = POLICY) -> Rubric:
    """The rubric of a dimension of the general policy."""
    made = rubric_for(policy, dimension, "pairwise")
    if made is None:
        raise ValueError(dimension)
    return made


def pairs(count: int, start: int = 0) -> list[Item]:
    """So many pairs, no two alike."""
    return [
        Item(
            id=f"pair-{number:06}",
            messages=(("user", f"Question {number}: how do I do it?"),),
            texts=(f"Answer one to {number}, in short.", f"Answer two to {number}: it goes on for somewhat longer."),
            context=(("risk_level", "low"),),
        )
        for number in range(start, start + count)
    ]


def questions(judge: JudgeModel, items: list[Item], dimension: str = "helpfulness") -> list[Question]:
    """Every pair in both orders."""
    asked = rubric(dimension)
    return [compare(judge, asked, item, turned=turned, seed=1, work="w") for item in items for turned in (False, True)]
