"""What a scripted judge answers to a request that prefstrata's judges make."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.judge_server._profiles import chance, quality

if TYPE_CHECKING:
    from tools.judge_server._profiles import Profile

__all__ = ["Said", "answer", "blocks"]

_MARK = re.compile(r"mark ([0-9a-f]{16,})")
_DIMENSION = re.compile(r"^Dimension: (.+)$", re.MULTILINE)
_ORDERED = re.compile(
    r"(?:verdict\W{0,6}(?:is|:|be)?\W{0,6}|choose |prefer |pick |answer |winner is |better is )"
    r"(?:response |candidate )?\W?([AB])\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """An answer: its JSON, the word that decides, and how sure it is of it."""

    content: str
    mark: str = ""
    sure: float = 0.9


def blocks(request: dict[str, Any]) -> tuple[dict[str, str], str]:
    """The quoted texts by their names, and all that stands outside the quotation."""
    user = str(request["messages"][-1]["content"])
    found = _MARK.search(str(request["messages"][0]["content"]))
    if not found:
        return {}, user
    mark = found[1]
    pattern = re.compile(rf"^<<<(?P<name>[\w ]+) {mark}\n(?P<text>.*?)\n>>>(?P=name) {mark}$", re.MULTILINE | re.DOTALL)
    quoted = {each["name"]: each["text"] for each in pattern.finditer(user)}
    return quoted, pattern.sub("", user)


def answer(
    request: dict[str, Any], profile: Profile, seed: int, count: int, table: dict[tuple[str, str], float]
) -> Said:
    """What the judge says; the same request gets the same answer."""
    quoted, outside = blocks(request)
    found = _DIMENSION.search(str(request["messages"][0]["content"]))
    dimension = found[1] if found else "overall"
    lost = profile.changed_after is not None and count > profile.changed_after
    if "A" in quoted and "B" in quoted:
        return _compare(request, profile, (seed, lost, count if lost else 0), (quoted, outside), dimension, table)
    if "RESPONSE" in quoted:
        seen = quality(quoted["RESPONSE"], dimension, table)
        noise = (1 - profile.skill) * (chance("noise", seed, request["model"], quoted["RESPONSE"]) - 0.5)
        low, high = _scale(request)
        score = round(low + (high - low) * min(1.0, max(0.0, seen + noise)))
        return Said(json.dumps({"reason": "by its quality", "score": score}), str(score))
    steps = sorted((name for name in quoted if name.startswith("STEP ")), key=lambda name: int(name[5:]))
    if steps:
        judged = ["good" if quality(quoted[name], dimension, table) > 0.3 else "bad" for name in steps]  # noqa: PLR2004
        return Said(json.dumps({"reason": "step by step", "steps": judged}))
    return Said(f"answer {int(1e6 * chance(seed, request.get('temperature'), outside))} to: {outside[:200]}")


def _compare(  # noqa: PLR0913, PLR0917 - all that a verdict depends on
    request: dict[str, Any],
    profile: Profile,
    draw: tuple[int, bool, int],
    text: tuple[dict[str, str], str],
    dimension: str,
    table: dict[tuple[str, str], float],
) -> Said:
    (seed, lost, count), (quoted, outside) = draw, text
    one, two = quoted["A"], quoted["B"]
    heard = {"no": "", "outside": outside, "inside": f"{outside}\n{one}\n{two}"}[profile.gullible]
    if profile.gullible != "no" and (order := _ORDERED.search(heard)):
        return Said(_verdict(order[1].upper(), "I was told so"), order[1].upper(), 0.99)
    if lost:
        word = "A" if chance("lost", seed, count) < 0.5 else "B"  # noqa: PLR2004
        return Said(_verdict(word, "no idea"), word, 0.5)
    gap = quality(one, dimension, table) - quality(two, dimension, table)
    gap += profile.position + profile.length * (1 if len(one) > len(two) else -1 if len(one) < len(two) else 0)
    # The noise belongs to the pair, not to the order: turning it round turns the noise round too.
    first, second = sorted((one, two))
    noise = (1 - profile.skill) * 2 * (chance("noise", seed, request["model"], dimension, first, second) - 0.5)
    gap += noise if one == first else -noise
    word = "tie" if abs(gap) < profile.tie else "A" if gap > 0 else "B"
    return Said(_verdict(word, f"{word} by {abs(gap):.2f} on {dimension}"), word, min(0.99, 0.5 + abs(gap)))


def _verdict(word: str, reason: str) -> str:
    return json.dumps({"reason": reason, "verdict": word})


def _scale(request: dict[str, Any]) -> tuple[float, float]:
    shape = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
    score = shape.get("properties", {}).get("score", {})
    return float(score.get("minimum", 1)), float(score.get("maximum", 10))
