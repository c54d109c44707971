"""Money, in whole micro-dollars: a sum of floats is never quite what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from prefstrata.project import Budget, Price

__all__ = ["Caps", "Rate", "dollars", "micro"]

_MILLION = 1_000_000


def micro(amount: Decimal) -> int:
    """Dollars as micro-dollars."""
    return int(amount * _MILLION)


def dollars(amount: int) -> str:
    """Micro-dollars as people read them: to the cent, or as far as they go below one."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    whole, rest = divmod(amount, _MILLION)
    text = f"{rest:06}"
    return f"{sign}${whole:,}.{text[:2] if amount >= _MILLION else text.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True, slots=True)
class Rate:
    """What tokens cost: micro-dollars per million tokens, and the price of a batch in thousandths of that."""

    input: int
    output: int
    per_mille: int = 1000

    @classmethod
    def of(cls, price: Price, *, batch: bool) -> Rate:
        """The rate of a declared price, direct or through the Batch API."""
        return cls(micro(price.input), micro(price.output), int(price.batch * 1000) if batch else 1000)

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """Micro-dollars for so many tokens, rounded up: a cap must never be passed by rounding."""
        exact = (input_tokens * self.input + output_tokens * self.output) * self.per_mille
        return -(-exact // (_MILLION * 1000))


@dataclass(slots=True)
class Caps:
    """The caps of a budget and what is spent or reserved under each, in micro-dollars."""

    run: int
    day: int
    project: int
    spent_run: int = 0
    spent_day: int = 0
    spent_project: int = 0

    @classmethod
    def of(cls, budget: Budget, *, day: int, project: int) -> Caps:
        """The caps of a budget, with what this day and this project have spent already."""
        return cls(micro(budget.run), micro(budget.day), micro(budget.project), 0, day, project)

    @property
    def left(self) -> int:
        """What can still be reserved."""
        return min(self.run - self.spent_run, self.day - self.spent_day, self.project - self.spent_project)

    @property
    def tightest(self) -> str:
        """The name of the cap that leaves least."""
        room = {
            "run": self.run - self.spent_run,
            "day": self.day - self.spent_day,
            "project": self.project - self.spent_project,
        }
        return min(room, key=lambda name: room[name])

    def take(self, amount: int) -> bool:
        """Reserve an amount, unless a cap forbids it."""
        if amount > self.left:
            return False
        self.give(-amount)
        return True

    def give(self, amount: int, *, run: bool = True, day: bool = True) -> None:
        """Give back what was reserved and not spent; a negative amount is spent beyond the reservation.

        Args:
            amount: micro-dollars.
            run: whether this run reserved it.
            day: whether it was reserved today.
        """
        self.spent_run -= amount if run else 0
        self.spent_day -= amount if day else 0
        self.spent_project -= amount
