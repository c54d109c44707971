"""Our own checks: each a SELECT that returns the bad rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.engine import sql_text
from prefstrata.model.errors import GateBlockedError

if TYPE_CHECKING:
    import polars as pl

    from prefstrata.engine import Engine

__all__ = ["CheckResult", "check_meaning", "demand", "run_check"]

_SAMPLE, _NAMED = 20, 3


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found.

    Attributes:
        name: ``checks/<stage>/<check>``.
        meaning: what a bad row is and why it matters, from the head of its SQL.
        bad: how many rows are bad.
        sample: the first twenty of them.
    """

    name: str
    meaning: str
    bad: int
    sample: pl.DataFrame

    @property
    def passed(self) -> bool:
        """Whether no row is bad."""
        return self.bad == 0


def check_meaning(name: str) -> str:
    """What a bad row of the check is, and why it matters: the comment its SQL begins with."""
    lines = [line.removeprefix("--").strip() for line in sql_text(name).splitlines() if line.startswith("--")]
    return " ".join(lines)


def run_check(engine: Engine, name: str) -> CheckResult:
    """Run ``sql/<name>.sql``, a SELECT of bad rows."""
    bad, sample = engine.count_and_sample(name, _SAMPLE)
    return CheckResult(name, check_meaning(name), bad, sample)


def demand(stage: str, results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """The results, when all passed.

    Raises:
        GateBlockedError: some did not; the first three bad rows of each are named.
    """
    failed = [result for result in results if not result.passed]
    if failed:
        found = "; ".join(f"{result.name} found {_counted(result.bad)}, such as {_named(result)}" for result in failed)
        raise GateBlockedError(found, where=f"the {stage} stage", todo=failed[0].meaning)
    return results


def _counted(bad: int) -> str:
    return f"{bad:,} bad row" if bad == 1 else f"{bad:,} bad rows"


def _named(result: CheckResult) -> str:
    rows = result.sample.head(_NAMED).iter_rows(named=True)
    return " and ".join(", ".join(f"{name}={value!s:.60}" for name, value in row.items()) for row in rows)
