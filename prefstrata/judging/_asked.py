"""What is known of a question, and how far a run is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.judging._parsing import FINAL, UNUSABLE, Parsed, parse
from prefstrata.model import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.judging._journal import JournalReader
    from prefstrata.judging._question import Question

__all__ = ["TRIES", "Asked", "Progress", "look_up", "read_reply"]

TRIES = 3
"""Replies that say nothing, after which a question is given up."""


@dataclass(slots=True)
class Asked:
    """What is known of a question.

    Attributes:
        outcome: as in the table of the module that asks (``_asking``); "" while nothing is.
        parsed: the reply that decided.
        unusable: replies of the model that were paid for and say nothing.
        is_cached: whether it was known before this run.
    """

    outcome: str = ""
    parsed: Parsed | None = None
    unusable: int = 0
    is_cached: bool = False

    def note(self, parsed: Parsed) -> None:
        """Note a reply: the first that decides stays."""
        if self.outcome in FINAL:
            return
        self.outcome, self.parsed = parsed.outcome, parsed
        # What is no completion at all says nothing of the question: something stood between us and the model.
        self.unusable += parsed.outcome in UNUSABLE and parsed.outcome != "malformed"

    @property
    def is_final(self) -> bool:
        """Whether it is never asked again."""
        return self.outcome in FINAL or self.outcome == "rejected" or self.unusable >= TRIES


@dataclass(slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: questions of the run.
        cached: those that were known before it.
        done: those that are never asked again, cached ones among them.
        requests: requests sent, retries among them.
        outcomes: questions that this run is through with, by outcome.
        retried: requests that did not end a question, by what became of them.
        spent: micro-dollars spent by this run, what is in flight at its highest price.
        seconds: since the first request.
        stopped: judges that were stopped, with the reason.
        heard: replies that say something, by judge.
        turned_down: what its endpoint said of the first question that it refused, by judge.
        unread: the beginning of the first reply that could not be read, by judge.
    """

    total: int = 0
    cached: int = 0
    done: int = 0
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    spent: int = 0
    seconds: float = 0.0
    stopped: dict[str, str] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    turned_down: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Questions that ended per second."""
        return (self.done - self.cached) / self.seconds if self.seconds else 0.0

    @property
    def remaining(self) -> int:
        """Questions that are left: for later in this run, or for the next."""
        return self.total - self.done

    @property
    def silent(self) -> dict[str, str]:
        """Judges that were stopped before they said anything, with the reason."""
        return {judge: reason for judge, reason in sorted(self.stopped.items()) if not self.heard[judge]}

    def demand_replies(self) -> None:
        """Raise when a judge could not be asked at all: whoever runs this by night must hear of it.

        Raises:
            UnreachableError: with what each endpoint said.
        """
        if silent := self.silent:
            said = "; ".join(f"{judge}: {reason}" for judge, reason in silent.items())
            raise UnreachableError(
                f"nothing could be asked of {len(silent)} of the judges: {said}",
                where="judges.models",
                todo="see that the endpoint runs and that address, key, account, model and what is asked of it"
                " (temperature, confidence, max_output_tokens) are right, then run it again; what was answered is kept",
            )


def read_reply(question: Question, body: bytes) -> Parsed:
    """A reply to a question, read."""
    return parse(body, question.kind, len(question.item.texts), question.scale)


def look_up(journal: JournalReader, questions: Iterable[Question]) -> dict[str, Asked]:
    """What the journal knows of questions, by key: every kept reply is read again, by the parser of today."""
    wanted = {question.key: question for question in questions}
    known: dict[str, Asked] = defaultdict(lambda: Asked(is_cached=True))
    for key, body in journal.replies(wanted):
        known[key].note(read_reply(wanted[key], body))
    for key, outcome in journal.rejected().items():
        if key in wanted and not known[key].is_final:
            known[key].outcome = outcome
    return dict(known)
