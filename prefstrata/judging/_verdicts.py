"""Verdicts as records of the format ``judge-verdicts``, in files that the judges' source reads like any other."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from prefstrata.judging._exam import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.judging._asked import Asked
    from prefstrata.judging._question import Question
    from prefstrata.project import JudgeModel

__all__ = ["flips", "group_of", "judge_name", "rater_name", "records"]


def judge_name(judge: JudgeModel) -> str:
    """The judge as its raters are called: one that sat its exam anew has another name."""
    return judge.name if judge.exam == 1 else f"{judge.name}.{judge.exam}"


def rater_name(question: Question) -> str:
    """The judge, its rubric and how it is asked: what a rater is. An exam sat anew makes a new rater."""
    name = judge_name(question.judge)
    how = {"pairwise": "both-orders", "scalar": "score", "steps": "steps"}[question.kind]
    return f"{name}/{question.rubric.ref if question.rubric else ''}/{how}"


def group_of(question: Question) -> tuple[str, str, str]:
    """Judge, rubric and item: what is delivered together or not at all."""
    return question.judge.name, question.rubric.ref if question.rubric else "", question.item.id


def records(questions: Iterable[Question], found: Mapping[str, Asked]) -> list[dict[str, Any]]:
    """The verdicts that are votes, by key: answered, and not "does not apply".

    Repetitions of a question become one verdict: what most of them say, with their share as its confidence. Where two
    verdicts are said as often, there is none: to take one by its name would favour a side. Of scores said as often it
    is the median.
    """
    grouped: dict[tuple[str, str, bool], list[Question]] = defaultdict(list)
    for question in questions:
        asked = found.get(question.key)
        if asked and asked.outcome == "answered" and asked.parsed:
            grouped[rater_name(question), question.item.id, question.turned].append(question)
    made = (_record(sorted(group, key=lambda each: each.repeat), found) for group in grouped.values())
    return sorted((record for record in made if record), key=lambda record: str(record["key"]))


def _record(group: list[Question], found: Mapping[str, Asked]) -> dict[str, Any] | None:
    question = group[0]
    said = _said(group, found)
    if said is None or question.rubric is None:
        return None
    item, context = question.item, dict(question.item.context)
    states = context.pop("states", ())
    record = {
        "key": question.key,
        "kind": question.kind,
        "rater": rater_name(question),
        "family": question.judge.family or question.judge.name,
        "version": question.judge.model,
        "rubric": question.rubric.ref,
        "policy": question.rubric.policy,
        "aspect": question.rubric.dimension,
        "messages": [{"role": role, "content": content} for role, content in item.messages],
        **context,
        **said,
    }
    if question.kind == "steps":
        steps = zip(states, item.texts, said["steps"], strict=True)
        record["steps"] = [{"state": state, "output": text, "reward": reward} for state, text, reward in steps]
        return record
    texts, writers = item.texts, item.generators or (None,) * len(item.texts)
    if question.turned:
        texts, writers = texts[::-1], writers[::-1]
    for name, text, writer in zip(("first", "second"), texts, writers, strict=False):
        record |= {name: text, f"{name}_generator": writer}
    return {name: value for name, value in record.items() if value is not None}


def _said(group: list[Question], found: Mapping[str, Asked]) -> dict[str, Any] | None:
    """What a question came to, over its repetitions; None when it is no vote."""
    replies = [parsed for question in group if (parsed := found[question.key].parsed)]
    question = group[0]
    if question.kind == "steps":
        return {"steps": list(replies[0].rewards), "reason": replies[0].reason}
    values: list[str | int | None] = [
        reply.verdict if question.kind == "pairwise" else reply.score for reply in replies
    ]
    counts = Counter(values)
    most = max(counts.values())
    leading = [value for value, count in counts.items() if count == most]
    value = leading[0] if len(leading) == 1 else _between(leading)
    if value is None or value == "n/a":
        return None
    reply = next(reply for each, reply in zip(values, replies, strict=True) if each in leading)
    confidence = most / len(values) if len(values) > 1 else reply.confidence
    said: dict[str, Any] = {"reason": reply.reason}
    if confidence is not None:
        said["confidence"] = round(confidence, 6)
    if question.kind == "scalar":
        return said | {"score": value, "scale": list(question.scale)}
    return said | {"verdict": {"A": "first", "B": "second", "tie": "tie"}[str(value)]}


def _between(leading: list[str | int | None]) -> float | None:
    """What is said as often as something else: of scores their median; of verdicts nothing, nor of a score and none."""
    scores = [value for value in leading if isinstance(value, int)]
    return median(scores) if len(scores) == len(leading) else None


def flips(questions: Iterable[Question], found: Mapping[str, Asked]) -> int:
    """Pairs on which a judge decided in both orders, for the one side and for the other."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for question in questions:
        asked = found.get(question.key)
        if question.kind == "pairwise" and asked and asked.parsed:
            said[rater_name(question), question.item.id].add(str(canonical(question, asked.parsed.verdict)))
    return sum({"a", "b"} <= choices for choices in said.values())
