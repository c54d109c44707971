"""Responses that models write to prompts which need pairs: what is kept of them, and what the candidates are like."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prefstrata.judging._asked import Asked
    from prefstrata.judging._question import Question

__all__ = ["Candidates", "Written", "sift", "similarity"]

_HEAD = 2000
"""Characters of a text that are compared, as in ``noise.candidate_figures``."""


@dataclass(frozen=True, slots=True)
class Written:
    """A question that asked for a response, and what was there before.

    Attributes:
        question: what was asked.
        before: responses that the prompt had already.
        near: similarity from which a response is left out as a copy.
    """

    question: Question
    before: tuple[str, ...]
    near: float


@dataclass(slots=True)
class Candidates:
    """What came of it.

    Attributes:
        kept: records of the format ``generated-responses``, by key.
        generators: kept responses per model and temperature.
        copies: responses that say nearly what another one says, per model and temperature.
        unusable: questions without a response, by outcome.
        prompts: prompts with at least one response that was kept.
        pairs: pairs that these prompts have now with a new side.
        similarity: median share of words that the two sides of such a pair have in common; None without pairs.
        too_far: share of these pairs whose longer side has more than twice the characters.
    """

    kept: list[dict[str, Any]] = field(default_factory=list)
    generators: Counter[str] = field(default_factory=Counter)
    copies: Counter[str] = field(default_factory=Counter)
    unusable: Counter[str] = field(default_factory=Counter)
    prompts: int = 0
    pairs: int = 0
    similarity: float | None = None
    too_far: float | None = None


def similarity(one: str, other: str) -> float:
    """Share of distinct words that two texts have in common (Jaccard, 1901), of their heads."""
    words, others = (set(text[:_HEAD].lower().split()) for text in (one, other))
    return len(words & others) / len(words | others) if words or others else 1.0


def sift(asked: Sequence[Written], found: Mapping[str, Asked]) -> Candidates:
    """Keep what is new: in the order of questions, a response that nearly repeats an earlier one is left out."""
    came = Candidates()
    texts: dict[str, list[str]] = {}
    fresh: dict[str, list[str]] = defaultdict(list)
    for written in asked:
        question = written.question
        said = found.get(question.key)
        if said is None or said.outcome != "answered" or said.parsed is None:
            came.unusable[said.outcome if said else "not asked"] += 1
            continue
        text, who = said.parsed.reason, _generator(question)
        mine = texts.setdefault(question.item.id, list(written.before))
        if any(similarity(text, each) >= written.near for each in mine):
            came.copies[who] += 1
            continue
        mine.append(text)
        fresh[question.item.id].append(text)
        came.generators[who] += 1
        came.kept.append(_record(question, text))
    came.kept.sort(key=lambda record: str(record["key"]))
    came.prompts = len(fresh)
    _measure(came, [(texts[prompt], set(new)) for prompt, new in fresh.items()])
    return came


def _measure(came: Candidates, prompts: Iterable[tuple[list[str], set[str]]]) -> None:
    pairs = [
        (one, other) for every, new in prompts for one, other in combinations(every, 2) if one in new or other in new
    ]
    came.pairs = len(pairs)
    if pairs:
        came.similarity = statistics.median(similarity(*pair) for pair in pairs)
        came.too_far = sum(max(map(len, pair)) > 2 * min(map(len, pair)) for pair in pairs) / len(pairs)


def _generator(question: Question) -> str:
    temperature = question.body.get("temperature")
    return question.judge.model if temperature is None else f"{question.judge.model} at {temperature:g}"


def _record(question: Question, text: str) -> dict[str, Any]:
    judge, body = question.judge, question.body
    sampling = {"temperature": body.get("temperature"), "seed": body["seed"], "most_tokens": judge.max_output_tokens}
    record = {
        "key": question.key,
        "messages": [{"role": role, "content": content} for role, content in question.item.messages],
        **dict(question.item.context),
        "response": text,
        "generator": judge.model,
        "generator_family": judge.family,
        "sampling": {name: value for name, value in sampling.items() if value is not None},
    }
    return {name: value for name, value in record.items() if value is not None}
