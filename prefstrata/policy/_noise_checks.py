"""When the eight noise checks fail, as a policy says it, and what each of their measures means and leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from prefstrata.project import Strict

__all__ = ["MEASURES", "NOISES", "Measure", "NoiseChecks", "limit_told"]

Share = Annotated[float, Field(ge=0, le=1)]
Noise = Literal["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"]

NOISES: dict[Noise, str] = {
    "N1": "annotator disagreement",
    "N2": "style bias",
    "N3": "score drift",
    "N4": "candidate-generation bias",
    "N5": "source mixing",
    "N6": "rule errors",
    "N7": "task distribution bias",
    "N8": "inconsistent process segmentation",
}
"""The checks, and what each looks for."""


class NoiseChecks(Strict):
    """Thresholds of the noise checks; raters go by the policy of `*`, for they are the same everywhere."""

    disagreement: Share = Field(0.4, description="N1: most of two raters' verdicts on a pair that may contradict.")
    self_contradiction: Share = Field(0.25, description="N1: most of a rater's repeated verdicts that may change.")
    round_flips: Share = Field(0.25, description="N1: most of a rater's verdicts that another round may change.")
    longer_wins: Share = Field(0.7, ge=0.5, description="N2: most votes that length may predict, either way.")
    markdown_wins: Share = Field(0.7, ge=0.5, description="N2: most votes that markdown may predict, either way.")
    confident_wins: Share = Field(0.7, ge=0.5, description="N2: most votes that hedging may predict, either way.")
    first_wins: Share = Field(0.65, ge=0.5, description="N2: most votes that the order may predict, either way.")
    changed_raters: Share = Field(0.2, description="N3: most votes of a stratum by raters whose agreement moved.")
    moved_scales: Share = Field(0.2, description="N3: most ratings of a stratum by raters whose scale moved.")
    moved_on_golden: Share = Field(0.2, description="N3: most votes on settled pairs by raters who became other.")
    opposite_on_golden: Share = Field(0.5, description="N3: most votes on settled pairs for the other side.")
    backtest: Share = Field(0.1, description="N3: how far a month may fall below all months on settled pairs.")
    too_easy: Share = Field(0.8, description="N4: most pairs that may be almost certain.")
    too_close: Share = Field(0.6, description="N4: most pairs on which no side may lead.")
    near_duplicates: Share = Field(0.1, description="N4: most pairs whose two texts may be nearly the same.")
    one_generator: Share = Field(0.8, description="N4: most responses of pairs that one generator may have written.")
    generator_wins: Share = Field(0.85, description="N4: most decided pairs that the generators may predict.")
    nameless: Share = Field(0.5, description="N5: most votes of a source whose raters may have no name.")
    pooled: Share = Field(0.05, description="N5: most votes of a source by another supervisor, or models as people.")
    shared_names: Share = Field(1.0, description="N5: most votes by names of two supervisors; at 1 it only tells.")
    rule_errors: Share = Field(0.25, description="N6: most verdicts of a rule that may contradict people.")
    one_task: Share = Field(0.7, description="N7: most pairs of a scenario that one task may have.")
    effective_tasks: float = Field(1.5, ge=1, description="N7: least effective number of tasks of a scenario.")
    mixed_templates: Share = Field(0.2, description="N8: most traces of a task that may be cut by another template.")
    mixed_units: Share = Field(0.5, description="N8: most traces of a task that may have other kinds of unit.")
    uneven_steps: float = Field(
        0.75, ge=0, description="N8: most that the number of steps of a task may spread, in parts of its mean."
    )
    cut_differently: Share = Field(0.1, description="N8: most texts of a task that may be cut in two ways.")
    least: int = Field(30, ge=1, description="Judgements below which a figure fails no check.")
    errors: tuple[Noise, ...] = Field((), description="Checks whose failure is an error; others warn.")
    cap: float = Field(1.0, gt=0, description="Highest factor of a stratum on which N2, N3 or N5 failed.")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a noise check.

    Attributes:
        noise: the check it belongs to.
        name: its name, which is the key of its threshold in the policy.
        meaning: a sentence; {where}, {figure} and {n} are filled in.
        action: what follows when it fails.
        proposal: what is proposed for policy, specification or sources then, a sentence with {where}.
        beyond: which side of the threshold fails: above, below, or both (above it, or below 1 less it).
        unit: share, or number.
        capped: the factor of the stratum it fails on is capped.
    """

    noise: Noise
    name: str
    meaning: str
    action: str
    proposal: str
    beyond: Literal["above", "below", "both"] = "above"
    unit: Literal["share", "number"] = "share"
    capped: bool = False


_ASK_AGAIN = (
    "Pairs of the slice that its raters contradict each other on go to re-annotation, what is disputed to "
    "arbitration; a finer definition is proposed."
)
_COUNTER = (
    "The stratum's factor is capped; pairs on which it spoke against the style go to re-annotation, as "
    "counter-examples; labels per dimension and a comparison blind to the style are proposed."
)
_CALIBRATE = "The stratum's factor is capped; a calibration of its raters on the calibration pack is proposed."
_CANDIDATES = "Another choice of candidates is proposed."
_SOURCES = "A separate source, or names for its raters, is proposed."
_TEMPLATE = "One segmentation template for the task, and a golden set of traces, are proposed."

MEASURES: tuple[Measure, ...] = (
    Measure(
        "N1",
        "disagreement",
        "On {where}, two raters who decide the same pair contradict each other in {figure} of the cases, over "
        "{n} pairs: at 50.0 % they would be tossing coins.",
        _ASK_AGAIN,
        "Say more precisely what decides between two responses on {where}, with an example of either side.",
    ),
    Measure(
        "N1",
        "self_contradiction",
        "On {where}, a rater who judges a pair again says something else in {figure} of {n} cases: who does not "
        "agree with themselves cannot agree with others.",
        _ASK_AGAIN,
        "Say more precisely what decides between two responses on {where}: its raters do not stay with what they said.",
    ),
    Measure(
        "N1",
        "round_flips",
        "On {where}, a rater's verdict changes from one round to the next in {figure} of {n} cases: what the "
        "rounds have in common is less than it seems.",
        _ASK_AGAIN,
        "Say what changed between the rounds on {where}, and judge both by one rubric.",
    ),
    Measure(
        "N2",
        "longer_wins",
        "Of the decided votes of {where}, {figure} are for the longer response, over {n} votes: far from 50.0 %, a "
        "ruler says what the raters say.",
        _COUNTER,
        "Ask {where} per dimension, conciseness among them, and compare texts of about one length.",
        beyond="both",
        capped=True,
    ),
    Measure(
        "N2",
        "markdown_wins",
        "Of the decided votes of {where}, {figure} are for the response with more markdown, over {n} votes: far from "
        "50.0 %, its layout is judged and not what it says.",
        _COUNTER,
        "Ask {where} per dimension, and show both texts as plain text.",
        beyond="both",
        capped=True,
    ),
    Measure(
        "N2",
        "confident_wins",
        "Of the decided votes of {where}, {figure} are for the response that does not hedge, over {n} votes: far from "
        "50.0 %, its tone is judged and not whether it is right.",
        _COUNTER,
        "Ask {where} for truthfulness apart from tone, with the facts to check at hand.",
        beyond="both",
        capped=True,
    ),
    Measure(
        "N2",
        "first_wins",
        "Of the decided votes of {where}, {figure} are for the side shown first, over {n} votes: far from 50.0 %, the "
        "place is judged and not the response.",
        _COUNTER,
        "Show pairs to {where} in both orders, or in an order drawn by lot.",
        beyond="both",
        capped=True,
    ),
    Measure(
        "N3",
        "changed_raters",
        "Of {n} votes of {where}, {figure} come from raters whose agreement with the others surely changed at some "
        "time, and who are not as reliable after it as before: their votes before and after do not mean the same.",
        _CALIBRATE,
        "Calibrate the raters of {where} again on the calibration pack, and every month from now on.",
        capped=True,
    ),
    Measure(
        "N3",
        "moved_scales",
        "Of {n} ratings of {where}, {figure} come from raters whose scale surely moved at some time, by a tenth of it "
        "or more: the same score is not the same judgement.",
        _CALIBRATE,
        "Give {where} anchored examples for every point of the scale, and calibrate its raters again.",
        capped=True,
    ),
    Measure(
        "N3",
        "moved_on_golden",
        "Of {n} votes of {where} on settled pairs that they did not choose, {figure} come from raters who were surely "
        "more often right at one time than at another.",
        _CALIBRATE,
        "Calibrate the raters of {where} again on the calibration pack, and every month from now on.",
        capped=True,
    ),
    Measure(
        "N3",
        "opposite_on_golden",
        "Of {n} votes of {where} on settled pairs, {figure} are for the other side: beyond 50.0 % its votes are read "
        "the other way round.",
        _CALIBRATE,
        "Look at how {where} was asked, and how its files say who won: most of its votes say the opposite.",
        capped=True,
    ),
    Measure(
        "N3",
        "backtest",
        "On settled pairs, {where} is right {figure} less often than over all months, over {n} votes of the month: its "
        "standard slipped.",
        _CALIBRATE,
        "Look at what {where} was told: a rubric, a guide or its people changed.",
        capped=True,
    ),
    Measure(
        "N4",
        "too_easy",
        "In {where}, {figure} of {n} pairs that believed raters judged, and did not reject both sides of, are almost "
        "certain: such pairs give a direction, but no boundary.",
        _CANDIDATES,
        "Mix in closer candidates in {where}: two samples of one generator, or of neighbouring checkpoints.",
    ),
    Measure(
        "N4",
        "too_close",
        "In {where}, no side leads on {figure} of {n} pairs that believed raters judged, and did not reject both sides "
        "of: the candidates are too alike for votes to tell them apart.",
        _CANDIDATES,
        "Draw candidates further apart in {where}: other generators, or another sampling temperature.",
    ),
    Measure(
        "N4",
        "near_duplicates",
        "In {where}, the two texts of {figure} of {n} drawn pairs share nine words in ten: there is nothing to choose.",
        _CANDIDATES,
        "Leave out pairs of nearly equal texts in {where} before anybody is asked.",
    ),
    Measure(
        "N4",
        "one_generator",
        "In {where}, one generator wrote {figure} of {n} sides of pairs whose generator is named: what is learnt is "
        "its manner.",
        _CANDIDATES,
        "Mix more generators into the candidates of {where}.",
    ),
    Measure(
        "N4",
        "generator_wins",
        "In {where}, whoever knows the two generators of a pair knows the winner in {figure} of {n} decided pairs, of "
        "generators that met ten times or more: a model can learn who wrote what, and nothing else.",
        _CANDIDATES,
        "Let each generator of {where} meet itself, and others that win as often as they lose.",
    ),
    Measure(
        "N5",
        "nameless",
        "Of {n} votes of {where}, {figure} come from raters without a name: whether experts or passers-by spoke cannot "
        "be told, and nobody's reliability can be learnt.",
        f"The stratum's factor is capped. {_SOURCES}",
        "Name the raters of {where}; pseudonyms do.",
        capped=True,
    ),
    Measure(
        "N5",
        "pooled",
        "Of {n} votes of {where}, {figure} were given under another supervisor, or by models among people: signals "
        "that weigh differently are pooled.",
        f"The stratum's factor is capped. {_SOURCES}",
        "Give each supervisor in {where} a source of its own, and models one whose supervisor is judge.",
        capped=True,
    ),
    Measure(
        "N5",
        "shared_names",
        "Of {n} votes of {where}, {figure} come from names that another supervisor's raters have too: one person in "
        "two offices, or two who are called alike.",
        "Shared names are told only, unless the policy sets a limit below 1.",
        "Put the name of the source before the names of {where} where they are not the same people.",
    ),
    Measure(
        "N6",
        "rule_errors",
        "The verdict of {where} contradicts people (what was settled, else their majority) on {figure} of {n} pairs "
        "that both decided: it objects to the wrong things, or misses the right ones.",
        "The pairs go to review, at high risk to arbitration; an audit of the rule is proposed.",
        "Audit {where}: the pairs in the review queue show where it is wrong.",
    ),
    Measure(
        "N7",
        "one_task",
        "In {where}, one task has {figure} of {n} pairs whose task is known: what serves it is learnt for every other.",
        "Quotas per task are proposed.",
        "Give each task of {where} a quota, so that none has more than its share.",
    ),
    Measure(
        "N7",
        "effective_tasks",
        "In {where}, {n} pairs whose task is known are spread as if over {figure} tasks of equal size.",
        "Quotas per task are proposed.",
        "Draw the same number from each task of {where}, and evaluate each by itself.",
        beyond="below",
        unit="number",
    ),
    Measure(
        "N8",
        "mixed_templates",
        "In {where}, {figure} of {n} traces are cut by another template than most: a step of one is "
        "no step of the other.",
        _TEMPLATE,
        "Cut every trace of {where} with one template, and name it in the records.",
    ),
    Measure(
        "N8",
        "mixed_units",
        "In {where}, {figure} of {n} traces are made of other kinds of unit than most.",
        _TEMPLATE,
        "Name the units that traces of {where} are made of, and reject others.",
    ),
    Measure(
        "N8",
        "uneven_steps",
        "In {where}, the number of steps of {n} traces spreads by {figure} of its mean: steps are large here and small "
        "there.",
        _TEMPLATE,
        "Say what one step of {where} is, and settle a golden set of traces.",
        unit="number",
    ),
    Measure(
        "N8",
        "cut_differently",
        "In {where}, {figure} of {n} texts are cut into steps in more than one way: where a step ends is not agreed.",
        _TEMPLATE,
        "Say where a step of {where} ends, and settle a golden set of traces.",
    ),
)
"""Every measure, check by check."""


def limit_told(threshold: float, beyond: str, unit: str) -> str:
    """The threshold of a noise check as people read it: where both ends fail, what lies between them.

    Args:
        threshold: a figure of this unit.
        beyond: which side of it fails: above, below, or both (above it, or below 1 less it).
        unit: share, or number.
    """
    if unit != "share":
        return f"{threshold:.2f}"
    return f"{100 - 100 * threshold:.1f} to {100 * threshold:.1f} %" if beyond == "both" else f"{100 * threshold:.1f} %"
