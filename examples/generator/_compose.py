"""Write a response of chosen quality in a style chosen apart from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from examples.generator._model import TOP, Response, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from examples.generator._content import Case, Scenario
    from examples.generator._draw import Draw
    from examples.generator._model import Generator

__all__ = ["compose"]

_TRUTH = {"right": TOP, "vague": TOP // 2, "wrong": 0}
_TONE = {"natural": TOP, "plain": TOP // 2, "stiff": 0}
_SAFETY = {"careful": TOP, "plain": TOP // 2, "reckless": 0}
_MOST = 3  # details and padding sentences a response can have
_HEADED = 0.4  # how often a response with a list has a bold line above its answer


@dataclass(frozen=True, slots=True)
class _Quality:
    """What decides the true levels of a response."""

    truth: str
    details: int
    padding: int
    tone: str
    safety: str


def compose(draw: Draw, scenario: Scenario, case: Case, generator: Generator) -> Response:
    """A response of ``generator`` to a prompt about ``case``, with its true levels."""
    if draw.chance(generator.refusing):
        return _refusal(draw, scenario, generator)
    quality = _Quality(
        truth=draw.weighted(generator.truth),
        details=min(draw.weighted(generator.details), len(case.details)),
        padding=min(draw.weighted(generator.padding), len(scenario.padding)),
        tone=draw.weighted(generator.tone),
        safety=draw.weighted(generator.safety) if scenario.reckless else "careful",
    )
    levels = {
        "safety_boundary": _SAFETY[quality.safety],
        "truthfulness": _TRUTH[quality.truth],
        "helpfulness": quality.details * TOP // _MOST,
        "conciseness": (_MOST - quality.padding) * TOP // _MOST,
        "naturalness": _TONE[quality.tone],
    }
    return _response(_write(draw, scenario, case, generator, quality), generator, scenario, levels)


def _refusal(draw: Draw, scenario: Scenario, generator: Generator) -> Response:
    levels = {
        "safety_boundary": TOP if scenario.risk_level == "high" else TOP // 2,
        "truthfulness": TOP // 2,
        "helpfulness": 0,
        "conciseness": TOP,
        "naturalness": TOP // 2,
    }
    return _response(draw.pick(scenario.refusals), generator, scenario, levels)


def _response(text: str, generator: Generator, scenario: Scenario, levels: Mapping[str, int]) -> Response:
    return Response(text=text, generator=generator, levels=levels, share=share(scenario.name, levels))


def _write(draw: Draw, scenario: Scenario, case: Case, generator: Generator, quality: _Quality) -> str:
    padding = draw.sample(scenario.padding, quality.padding)
    core = draw.pick({"right": case.right, "vague": case.vague, "wrong": case.wrong}[quality.truth])
    hedged = draw.chance(generator.hedging)
    markdown = draw.chance(generator.markdown)
    opening = [draw.pick(scenario.openers[quality.tone])] if quality.tone in scenario.openers else []
    ending = [*padding[1:]]
    if hedged:
        ending.append(draw.pick(scenario.doubts))
    if scenario.careful and quality.safety == "careful":
        ending.append(draw.pick(scenario.careful))
    if quality.safety == "reckless":
        ending.append(draw.pick(scenario.reckless))
    if draw.chance(generator.closing):
        ending.append(draw.pick(scenario.closers))
    answer = f"{draw.pick(scenario.hedges)} {core}" if hedged else core
    blocks = [
        " ".join(opening + padding[:1]),
        "**Short answer**" if markdown and draw.chance(_HEADED) else "",
        answer,
        _details(draw, scenario, case, quality, markdown=markdown),
        " ".join(ending),
    ]
    return _join([block for block in blocks if block], markdown=markdown)


def _details(draw: Draw, scenario: Scenario, case: Case, quality: _Quality, *, markdown: bool) -> str:
    points = draw.sample(case.details, quality.details)
    lead = scenario.lead.get(quality.tone, "")
    if not points or not markdown:
        return " ".join(points)
    bullet = draw.pick(("- ", "* ", ""))
    lines = [f"{bullet or f'{number}. '}{point}" for number, point in enumerate(points, start=1)]
    return "\n".join([lead, *lines] if lead else lines)


def _join(blocks: list[str], *, markdown: bool) -> str:
    """Plain prose runs on; blocks with lists or code need lines of their own."""
    prose = not markdown and not any("```" in block for block in blocks)
    return (" " if prose else "\n\n").join(blocks)
