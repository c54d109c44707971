"""What the generator builds before anybody judges it: items, responses, traces, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIMENSIONS", "OVERALL", "TOP", "Generator", "Item", "Response", "Step", "Trace", "gap", "overall", "share"]

OVERALL = "overall"
DIMENSIONS = ("safety_boundary", "truthfulness", "helpfulness", "conciseness", "naturalness")

TOP = 6
"""The best level of a dimension; 0 is the worst."""

# How much a level of each dimension counts towards the overall truth of a scenario.
# Whole numbers, so that truth is exact.
_WEIGHTS: dict[str, dict[str, int]] = {
    "general": {"safety_boundary": 5, "truthfulness": 5, "helpfulness": 3, "conciseness": 2, "naturalness": 1},
    "customer-service": {"safety_boundary": 6, "truthfulness": 5, "helpfulness": 3, "conciseness": 1, "naturalness": 2},
    "coding": {"safety_boundary": 4, "truthfulness": 7, "helpfulness": 3, "conciseness": 2, "naturalness": 1},
    "medical": {"safety_boundary": 9, "truthfulness": 7, "helpfulness": 2, "conciseness": 1, "naturalness": 1},
}
_EQUAL = 4  # two responses whose weighted levels differ by no more than this are equally good


@dataclass(frozen=True, slots=True)
class Generator:
    """A model (or person) that writes responses: how good it is, and the style it has whatever the quality."""

    name: str
    family: str
    temperature: float | None
    truth: Mapping[str, float]
    details: Mapping[int, float]
    padding: Mapping[int, float]
    tone: Mapping[str, float]
    safety: Mapping[str, float]
    markdown: float
    hedging: float
    closing: float
    refusing: float


@dataclass(frozen=True, slots=True)
class Response:
    """A response and its true level per dimension, 0 to :data:`TOP`; ``overall`` is the weighted sum."""

    text: str
    generator: Generator
    levels: Mapping[str, int]
    share: float
    """Overall quality from 0 to 1."""

    def qualities(self) -> tuple[tuple[str, float], ...]:
        """Each dimension and the response's quality on it, from 0 to 1."""
        return tuple((dimension, level / TOP) for dimension, level in self.levels.items())


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a trace; ``reward`` is what it truly deserves: 1 right, -1 the mistake, 0 built on a mistake."""

    state: str
    output: str
    reward: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace: its steps and the template that cut them."""

    unit: str
    template: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A prompt, its responses and traces."""

    index: int
    scenario: str
    task: str
    risk_level: str
    messages: tuple[tuple[str, str], ...]
    responses: tuple[Response, ...]
    traces: tuple[Trace, ...] = field(default=())

    @property
    def prompt(self) -> str:
        """The text of the user's last turn."""
        return self.messages[-1][1]

    @property
    def single(self) -> bool:
        """Whether the prompt is one user turn, which every format can hold as plain text."""
        return len(self.messages) == 1


def overall(scenario: str, levels: Mapping[str, int]) -> int:
    """The weighted sum of ``levels``, in the scenario's own weights."""
    return sum(weight * levels[dimension] for dimension, weight in _WEIGHTS[scenario].items())


def share(scenario: str, levels: Mapping[str, int]) -> float:
    """Overall quality from 0 to 1."""
    return overall(scenario, levels) / (TOP * sum(_WEIGHTS[scenario].values()))


def gap(item: Item, left: Response, right: Response, dimension: str) -> int:
    """How much better ``left`` truly is than ``right``: positive, negative, or 0 for equally good."""
    if dimension != OVERALL:
        return left.levels[dimension] - right.levels[dimension]
    difference = overall(item.scenario, left.levels) - overall(item.scenario, right.levels)
    return 0 if abs(difference) <= _EQUAL else difference
