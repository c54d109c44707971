"""What a reply says. Replies are kept as they came, so a newer version of this file can read old ones again."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from typing import Any

from prefstrata.judging._quoting import cleaned

__all__ = ["FINAL", "UNUSABLE", "Parsed", "parse"]

FINAL = frozenset({"answered", "refused", "too_long"})
"""Outcomes that are never asked again."""
UNUSABLE = frozenset({"malformed", "empty", "truncated", "wrong_schema"})
"""Outcomes that were paid for and say nothing: asked again a few times."""

_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
"""What some models say to themselves first, where their endpoint does not take it away."""
_VERDICT_AT = re.compile(r'"verdict"\s*:\s*"')
_VERDICTS = frozenset({"A", "B", "tie", "n/a"})
_AROUND = " \t\r\n\"'`:,}]"
_MOST = 2**31
_SHOWN = 160
"""Characters of a reply that could not be read, for people to see what it is."""
_REWARDS = {"good": 1.0, "neutral": 0.0, "bad": -1.0, "n/a": None}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reply, read.

    Attributes:
        outcome: answered, refused, malformed, empty, truncated or wrong_schema; too_long when text, which would be cut
            off again, was.
        verdict: A, B, tie or n/a, of a comparison.
        score: of a rating; None also when the dimension does not apply.
        rewards: of steps, each -1, 0, 1 or None.
        reason: the judge's own words, without characters that nobody sees or no store takes; a text as it came.
        begins: the beginning of a reply that says nothing, so that people see what it is.
        confidence: probability of the verdict, from log-probabilities; None where there are none.
        model: the model that answered, as the endpoint names it, with its fingerprint.
        input_tokens: tokens of the request as billed; None when the reply does not say.
        output_tokens: likewise of the answer.
    """

    outcome: str
    verdict: str | None = None
    score: int | None = None
    rewards: tuple[float | None, ...] = ()
    reason: str = ""
    confidence: float | None = None
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    begins: str = ""


def parse(body: bytes, kind: str, size: int = 0, scale: tuple[int, int] = (1, 10)) -> Parsed:
    """Read the body of a reply.

    Args:
        body: as it came.
        kind: pairwise, scalar, steps, or text for a reply that is no judgement.
        size: number of steps, for steps.
        scale: of a score.
    """
    found = _parse(body, kind, size, scale)
    if found.outcome not in UNUSABLE:
        return found
    return replace(found, begins=cleaned(_content(body)[:_SHOWN]))


def _content(body: bytes) -> str:
    """What a reply says, whatever it is; the reply itself where it says nothing."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        content = None
    return content if isinstance(content, str) and content.strip() else body[: 4 * _SHOWN].decode(errors="replace")


def _parse(body: bytes, kind: str, size: int, scale: tuple[int, int]) -> Parsed:
    try:
        document = json.loads(body)
        choice = document["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return Parsed("malformed")
    base = _billed(document)
    if refusal or choice.get("finish_reason") == "content_filter":
        return Parsed("refused", reason=cleaned(str(refusal or "content filter")), **base)
    if not isinstance(content, str) or not content.strip():
        return Parsed("empty", **base)
    if kind == "text":
        return Parsed("too_long" if choice.get("finish_reason") == "length" else "answered", reason=content, **base)
    said = _said(content)
    if said is None:
        return Parsed("truncated" if choice.get("finish_reason") == "length" else "wrong_schema", **base)
    return _answer(said, kind, size, scale, base, (content, choice.get("logprobs")))


def _billed(document: dict[str, Any]) -> dict[str, Any]:
    usage = document.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    asked, said, total = (_count(usage.get(f"{name}_tokens")) for name in ("prompt", "completion", "total"))
    if asked is not None and said is not None and total is not None:
        said = max(said, total - asked)  # some count what a model thought in the total alone, and bill it
    names = (str(document.get("model") or ""), str(document.get("system_fingerprint") or ""))
    return {
        "model": "/".join(filter(None, names)),
        "input_tokens": asked,
        "output_tokens": said,
    }


def _count(value: object) -> int | None:
    # More than a journal's column holds is as good as nothing said.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST else None


def _said(content: str) -> dict[str, Any] | None:
    """The object in a content, with or without what some models think first and the fence that some put around it."""
    content = _THOUGHT.sub("", content, count=1)
    fenced = _FENCE.match(content)
    try:
        found = json.loads(fenced[1] if fenced else content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _answer(  # noqa: PLR0913, PLR0917 - all that an answer is read by
    said: dict[str, Any],
    kind: str,
    size: int,
    scale: tuple[int, int],
    base: dict[str, Any],
    spelled: tuple[str, object],
) -> Parsed:
    given = said.get("reason")
    base |= {"reason": cleaned(given) if isinstance(given, str) else ""}
    if kind == "pairwise":
        verdict = said.get("verdict")
        if isinstance(verdict, str) and verdict in _VERDICTS:
            return Parsed("answered", verdict=verdict, confidence=_confidence(verdict, *spelled), **base)
    elif kind == "scalar" and "score" in said:
        score = said["score"]
        is_whole = isinstance(score, int) and not isinstance(score, bool)
        if score is None or (is_whole and scale[0] <= score <= scale[1]):
            return Parsed("answered", score=score, **base)
    elif kind == "steps":
        steps = said.get("steps")
        if isinstance(steps, list) and len(steps) == size and all(each in _REWARDS for each in map(str, steps)):
            return Parsed("answered", rewards=tuple(_REWARDS[each] for each in steps), **base)
    return Parsed("wrong_schema", **base)


def _confidence(verdict: str, content: str, logprobs: object) -> float | None:
    """Probability of the verdict among the verdicts that stood to choice at its first token.

    A verdict has several spellings (``A``, ``A"``, ``A"}``), each a token of its own: they are one choice.
    """
    found = list(_VERDICT_AT.finditer(content))
    if not found or not isinstance(logprobs, dict) or not isinstance(logprobs.get("content"), list):
        return None
    at, place = found[-1].end(), 0
    try:
        for token in logprobs["content"]:
            place += len(token["token"])
            if place > at:
                choices = [(each["token"], each["logprob"]) for each in token.get("top_logprobs") or []]
                if all(text != token["token"] for text, _ in choices):
                    choices.append((token["token"], token["logprob"]))
                shares = [(_spelt(text), math.exp(min(0.0, float(logprob)))) for text, logprob in choices]
                total = math.fsum(share for spelt, share in shares if spelt)
                return min(1.0, math.fsum(share for spelt, share in shares if spelt == verdict) / total) or None
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None
    return None


def _spelt(token: str) -> str | None:
    """The verdict that begins with this token, whatever of the JSON around it the token holds."""
    word = token.strip(_AROUND).lower()
    return next((each for each in sorted(_VERDICTS) if word and each.lower().startswith(word)), None)
