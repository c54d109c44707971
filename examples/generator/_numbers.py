"""Sums and plans: prompts whose answers have steps that can be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.generator._content import Case, fill, load_plans
from examples.generator._model import Step, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from examples.generator._draw import Draw

__all__ = ["plan", "sum_of_day"]

_WORKING = tuple[str, ...]


def sum_of_day(draw: Draw) -> tuple[str, Case, tuple[Trace, ...]]:
    """An everyday sum: its prompt, its answers, and two traces of which at least one may hold a mistake."""
    question, labels, operations, unit = draw.pick(_SUMS)(draw)
    results = _run(operations)
    answer = results[-1]
    near = answer + draw.pick((-10, -2, -1, 1, 2, 10))
    working = ", ".join(f"{label}: {value}" for label, value in zip(labels, results, strict=True))
    case = Case(
        slots={},
        right=(f"It comes to {answer} {unit} ({working}).", f"{working}. So the answer is {answer} {unit}."),
        vague=("You have to work it out step by step from the numbers given.",),
        wrong=(f"It comes to {near} {unit}.", f"The answer is {near} {unit}, as a quick estimate shows."),
        details=(
            f"Check: the last step is the one that gives {unit}.",
            "Writing the units next to each number avoids most slips.",
            "Rounding first gives a good idea of the size.",
            f"The first step, {labels[0]}, is where most people go wrong.",
        ),
    )
    traces = tuple(_sum_trace(draw, labels, operations, unit, wrong=wrong) for wrong in (False, draw.chance(0.8)))
    return question, case, traces


def plan(draw: Draw) -> tuple[str, Case, tuple[Trace, ...]]:
    """A plan: its prompt, its answers, and a right and a broken trace."""
    given = draw.pick(load_plans())
    goal = fill(given["goal"], {"guests": str(draw.pick(given["guests"]))})
    steps: list[str] = given["steps"]
    mistake = draw.pick(given["mistakes"])
    case = Case(
        slots={},
        right=(f"In this order: {' '.join(steps)}", f"I would do it like this. {' '.join(steps)}"),
        vague=("Make a list, and then do one thing after the other.",),
        wrong=(f"In this order: {' '.join(_broken(steps, mistake['at'], mistake['output']))}",),
        details=(
            "Put the steps that wait for others on the calendar first.",
            "Plan a spare hour; something always takes longer.",
            f"The first step matters most: {steps[0][0].lower()}{steps[0][1:]}",
            "Write down who does what.",
        ),
    )
    question = draw.pick((f"Make a plan to {goal}.", f"What are the steps to {goal}?", f"I have to {goal}. In what order?"))
    traces = (
        _plan_trace(goal, steps, None),
        _plan_trace(goal, _broken(steps, mistake["at"], mistake["output"]), mistake["at"]),
    )
    return question, case, traces


def _broken(steps: Sequence[str], place: int, output: str) -> list[str]:
    return [*steps[:place], output, *steps[place + 1 :]]


def _plan_trace(goal: str, steps: Sequence[str], mistake: int | None) -> Trace:
    rewards = [_reward(index, mistake) for index in range(len(steps))]
    states = [f"Goal: {goal}.", *(f"Done so far: {index} of {len(steps)}." for index in range(1, len(steps)))]
    made = tuple(Step(*each) for each in zip(states, steps, rewards, strict=True))
    return Trace(unit="plan node", template="plan@1", steps=made)


def _reward(index: int, mistake: int | None) -> float:
    if mistake is None or index < mistake:
        return 1.0
    return -1.0 if index == mistake else 0.0


# A sum is a first value and operations on what came before: (sign, operand).
_Operation = tuple[str, int]


def _apply(value: int, operation: _Operation) -> int:
    sign, operand = operation
    return {"+": value + operand, "-": value - operand, "×": value * operand, "/": value // operand}[sign]


def _run(operations: tuple[int, tuple[_Operation, ...]]) -> list[int]:
    value, rest = operations
    results = []
    for operation in rest:
        value = _apply(value, operation)
        results.append(value)
    return results


def _sum_trace(
    draw: Draw, labels: _WORKING, operations: tuple[int, tuple[_Operation, ...]], unit: str, *, wrong: bool
) -> Trace:
    """Work the sum out; with ``wrong``, slip at one step and go on from the wrong value."""
    value, rest = operations
    mistake = draw.below(len(rest)) if wrong else None
    steps = []
    for index, (label, operation) in enumerate(zip(labels, rest, strict=True)):
        result = _apply(value, operation) + (draw.pick((-10, -1, 1, 10)) if index == mistake else 0)
        output = f"{label[0].upper()}{label[1:]}: {value} {operation[0]} {operation[1]} = {result}"
        state = f"We have {value}." if index == 0 else f"So far {value}."
        steps.append(Step(state=state, output=output, reward=_reward(index, mistake)))
        value = result
    steps.append(Step(f"So far {value}.", f"The answer is {value} {unit}.", _reward(len(rest), mistake)))
    return Trace(unit="reasoning step", template="arithmetic@1", steps=tuple(steps))


_Sum = tuple[str, _WORKING, tuple[int, tuple[_Operation, ...]], str]


def _shopping(draw: Draw) -> _Sum:
    count, price, voucher = 3 + draw.below(12), 2 + draw.below(14), 2 + draw.below(5)
    thing = draw.pick(("notebooks", "tulip bulbs", "cinema tickets", "bags of soil", "mugs"))
    text = f"I buy {count} {thing} at {price} euros each, pay 5 euros for delivery and have a voucher of {voucher} euros. What do I pay?"
    return text, ("price of the goods", "with delivery", "less the voucher"), (count, (("×", price), ("+", 5), ("-", voucher))), "euros"


def _fence(draw: Draw) -> _Sum:
    long, wide, cost = 6 + draw.below(30), 4 + draw.below(20), 7 + draw.below(12)
    text = f"A garden is {long} metres long and {wide} metres wide. A fence costs {cost} euros per metre. What does it cost to go all the way round?"
    return text, ("half the way round", "all the way round", "cost of the fence"), (long, (("+", wide), ("×", 2), ("×", cost))), "euros"


def _classes(draw: Draw) -> _Sum:
    classes, pupils, seats = 3 + draw.below(6), 18 + draw.below(12), 40 + draw.below(20)
    text = f"{classes} classes of {pupils} pupils go on a trip with 6 teachers. A bus has {seats} seats. How many buses are full?"
    return text, ("pupils", "pupils and teachers", "full buses"), (classes, (("×", pupils), ("+", 6), ("/", seats))), "buses"


def _saving(draw: Draw) -> _Sum:
    weekly, weeks, start = 5 + draw.below(36), 8 + draw.below(40), 20 + 5 * draw.below(30)
    text = f"I have {start} euros and put away {weekly} euros a week for {weeks} weeks. Then I buy a lamp for 45 euros. How much is left?"
    return text, ("put away", "with what I had", "after the lamp"), (weekly, (("×", weeks), ("+", start), ("-", 45))), "euros"


def _reading(draw: Draw) -> _Sum:
    pages, read, daily = 180 + 4 * draw.below(80), 12 + draw.below(60), 6 + draw.below(20)
    text = f"My book has {pages} pages. I have read {read}, and skip the 10 pages of notes. At {daily} pages a day, for how many full days will I read?"
    return text, ("pages left", "without the notes", "full days"), (pages, (("-", read), ("-", 10), ("/", daily))), "days"


_SUMS: tuple[Callable[[Draw], _Sum], ...] = (_shopping, _fence, _classes, _saving, _reading)
