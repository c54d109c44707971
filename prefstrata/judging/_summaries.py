"""What a plan, a run and a report come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.judging._asked import Progress
    from prefstrata.judging._costs import Cost
    from prefstrata.judging._exam import Card
    from prefstrata.judging._money import Caps

__all__ = ["JudgeReport", "JudgeRun", "Planned"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would ask, before anything is sent.

    Attributes:
        costs: per layer of work, judge and dimension.
        left_out: items that are not asked about, by reason.
        flagged: pairs whose texts speak to the judge or hide something, with the flags.
        caps: what may still be spent.
    """

    costs: tuple[Cost, ...]
    left_out: dict[str, int]
    flagged: dict[str, tuple[str, ...]]
    caps: Caps


@dataclass(frozen=True, slots=True)
class JudgeRun:
    """What a run did.

    Attributes:
        progress: questions, requests and money of the run.
        cards: what the exam found, per judge, dimension and risk level.
        left_out: items that were not asked about, by reason.
        flagged: pairs whose texts speak to the judge or hide something, with the flags.
        stopped: judges that canaries stopped, with the reason; their verdicts of this work are not delivered.
        canaries: per judge, canaries answered right and canaries in all.
        flips: pairs on which a judge contradicted itself when the order changed.
        delivered: verdicts written for the source.
        file: where they are; None when there was nothing new.
        spent_project: micro-dollars that the project has spent in all.
    """

    progress: Progress
    cards: tuple[Card, ...]
    left_out: dict[str, int]
    flagged: dict[str, tuple[str, ...]]
    stopped: dict[str, str]
    canaries: dict[str, tuple[int, int]]
    flips: int
    delivered: int
    file: Path | None
    spent_project: int

    @property
    def refused(self) -> dict[str, str]:
        """Judges that could not be asked on, with what their endpoint said; what they said before is delivered."""
        return {judge: reason for judge, reason in sorted(self.progress.stopped.items()) if judge not in self.stopped}

    @property
    def warnings(self) -> list[str]:
        """What whoever runs judges must hear of, a sentence each."""
        progress = self.progress
        said = [
            f"{judge} was stopped: {reason}; none of its verdicts on this work were delivered"
            for judge, reason in self.stopped.items()
        ]
        said += [f"{judge} could not be asked on: {reason}" for judge, reason in self.refused.items()]
        said += [
            f"the endpoint of {judge} refuses questions for good: {reason}"
            for judge, reason in progress.turned_down.items()
            if judge not in self.refused
        ]
        return said + [
            f"a reply of {judge} could not be read; it begins: {reply}" for judge, reply in progress.unread.items()
        ]

    def document(self) -> dict[str, Any]:
        """The figures as JSON can hold them; money in micro-dollars."""
        progress = self.progress
        return {
            "questions": progress.total,
            "done": progress.done,
            "cached": progress.cached,
            "requests": progress.requests,
            "remaining": progress.remaining,
            "outcomes": dict(sorted(progress.outcomes.items())),
            "retried": dict(sorted(progress.retried.items())),
            "spent_micro": progress.spent,
            "spent_project_micro": self.spent_project,
            "seconds": round(progress.seconds, 3),
            "per_second": round(progress.rate, 1),
            "cards": [card.document() for card in self.cards],
            "left_out": self.left_out,
            "flagged": {pair: list(found) for pair, found in self.flagged.items()},
            "stopped": self.stopped,
            "refused": self.refused,
            "turned_down": progress.turned_down,
            "unread": progress.unread,
            "canaries": {judge: {"right": right, "n": n} for judge, (right, n) in self.canaries.items()},
            "flips": self.flips,
            "delivered": self.delivered,
            "file": str(self.file) if self.file else None,
        }


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """What judging has come to so far.

    Attributes:
        spending: per judge and layer of work: requests, outcomes, tokens, micro-dollars.
        days: micro-dollars per day, the newest first.
        runs: the newest runs, with their figures.
        caps: what may still be spent.
        in_flight: requests that are under way, or were when their process died.
        batches: batches that are not over, and whether the project still has the judge that sent them.
    """

    spending: list[dict[str, Any]]
    days: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    caps: Caps
    in_flight: int
    batches: list[dict[str, Any]]
