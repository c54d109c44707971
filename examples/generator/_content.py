"""The texts the generator writes with: scenarios, their topics, and the cases of each topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Case", "Scenario", "Topic", "fill", "load_broken", "load_plans", "load_scenarios"]

_SLOT = re.compile(r"\[\[(\w+)\]\]")


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that can be asked about, with good, empty and wrong answers and useful further points."""

    slots: Mapping[str, str]
    right: tuple[str, ...]
    vague: tuple[str, ...]
    wrong: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A task of a scenario: ways to ask, and cases to ask about."""

    task: str
    system: str | None
    prompts: tuple[str, ...]
    vary: Mapping[str, tuple[str, ...]]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: its topics, and the sentences that carry style instead of content."""

    name: str
    risk_level: str
    contexts: tuple[str, ...]
    openers: Mapping[str, tuple[str, ...]]
    lead: Mapping[str, str]
    closers: tuple[str, ...]
    hedges: tuple[str, ...]
    doubts: tuple[str, ...]
    refusals: tuple[str, ...]
    padding: tuple[str, ...]
    careful: tuple[str, ...]
    reckless: tuple[str, ...]
    topics: tuple[Topic, ...]


def fill(template: str, slots: Mapping[str, str]) -> str:
    """``template`` with every ``[[slot]]`` replaced; KeyError for a slot nobody fills."""
    return _SLOT.sub(lambda found: slots[found[1]], template)


@cache
def load_scenarios() -> Mapping[str, Scenario]:
    """The scenarios that ship, by name."""
    names = ("general", "customer-service", "coding", "medical")
    return {name: _scenario(_read(f"{name}.yaml")) for name in names}


@cache
def load_plans() -> tuple[Mapping[str, Any], ...]:
    """The plans that ship: goal, guests, steps and mistakes."""
    return tuple(_read("plans.yaml")["plans"])


@cache
def load_broken(source: str) -> tuple[str, ...]:
    """Lines that are no good records of ``source``, each in its own way."""
    return tuple(_text(f"broken/{source}.txt").splitlines())


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_text(name))
    return found


def _text(name: str) -> str:
    return (files("examples.generator") / "content" / name).read_text("utf-8")


def _scenario(given: dict[str, Any]) -> Scenario:
    sentences = {
        key: tuple(given[key])
        for key in ("contexts", "closers", "hedges", "doubts", "refusals", "padding", "careful", "reckless")
    }
    return Scenario(
        name=given["scenario"],
        risk_level=given["risk_level"],
        openers={tone: tuple(lines) for tone, lines in given["openers"].items()},
        lead=given["lead"],
        topics=tuple(_topic(topic) for topic in given["topics"]),
        **sentences,
    )


def _topic(given: dict[str, Any]) -> Topic:
    return Topic(
        task=given["task"],
        system=given.get("system"),
        prompts=tuple(given["prompts"]),
        vary={slot: tuple(values) for slot, values in given.get("vary", {}).items()},
        cases=tuple(_case(case) for case in given["cases"]),
    )


def _case(given: dict[str, Any]) -> Case:
    answers = {key: tuple(given[key]) for key in ("right", "vague", "wrong", "details")}
    return Case(slots={key: value for key, value in given.items() if key not in answers}, **answers)
