"""Plan and run: what a person does with judges."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

from prefstrata.judging._ahead import look_ahead
from prefstrata.judging._asked import Asked, Progress, look_up
from prefstrata.judging._asking import ask
from prefstrata.judging._costs import Said, costs
from prefstrata.judging._exam import foresee, grade
from prefstrata.judging._generate import to_write
from prefstrata.judging._journal import open_journal, read_journal
from prefstrata.judging._plan import CANARY, Left
from prefstrata.judging._setting import EXAMPLE, FORMAT, Setting
from prefstrata.judging._summaries import JudgeRun, Planned
from prefstrata.judging._verdicts import flips, group_of, records
from prefstrata.sources import deliver, delivery_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prefstrata.judging._question import Question
    from prefstrata.project import Project

__all__ = ["plan_judges", "run_judges"]


def plan_judges(project: Project) -> Planned:
    """Say what a run would ask and cost. Nothing is sent.

    Judges that have not sat the exam are planned as if they passed it, where there are golden pairs enough for it.

    Raises:
        ConfigError: the project has no judges, or nothing has been run yet.
    """
    setting = Setting(project)
    left = Left()
    with read_journal(setting.path) as journal:
        exam = setting.planner.exam()
        found = look_up(journal, exam)
        cards = foresee(exam, found, setting.thresholds)
        ahead = look_ahead(setting, journal, cards, left)
        found |= ahead.known
        work = [question for question in ahead.work if question.work != CANARY]
        for judge, reason in ahead.watch.stopped.items():
            items = {question.item.id for question in work if question.judge.name == judge}
            left.reasons[f"{judge} was stopped by its {reason}"] = len(items)
        writing = [written.question for written in to_write(project, setting.judges)]
        found |= look_up(journal, writing)
        said = {names: Said(*each) for names, each in journal.said().items()}
        made = costs([*exam, *ahead.going, *writing], found, said)
        return Planned(tuple(made), left.reasons, left.flagged, setting.caps(journal))


def run_judges(project: Project, *, progress: Callable[[str, Progress], object] = lambda _, __: None) -> JudgeRun:
    """Have judges sit the exam, let those who pass judge, and write their verdicts for the source that reads them.

    What the journal knows is not asked again, so a run that was killed is gone on with by running again.

    Args:
        project: the project.
        progress: told what is being done (exam or work) and how far it is.

    Raises:
        ConfigError: the project has no judges or no source for verdicts, a key is missing, or nothing has been run yet.
        UnreachableError: another process judges in this project.
    """
    setting = Setting(project)
    source = delivery_source(project, FORMAT, EXAMPLE)
    run = uuid4().hex[:16]
    with open_journal(setting.path, run) as journal, journal.running():
        caps = setting.caps(journal)
        exam, models = setting.planner.exam(), setting.judges.models
        found, first = asyncio.run(
            ask(journal, exam, caps, progress=lambda each: progress("exam", each), judges=models)
        )
        cards = grade(exam, found, setting.thresholds)
        left = Left()
        ahead = look_ahead(setting, journal, cards, left)
        going, watch = ahead.going, ahead.watch
        answers, second = asyncio.run(
            ask(
                journal,
                going,
                caps,
                told=watch,
                known=ahead.known,
                progress=lambda each: progress("work", each),
                judges=models,
            )
        )
        # What a judge said after it changed cannot be told from what it said before: none of it is delivered.
        voting = [
            question for question in going if question.work != CANARY and question.judge.name not in watch.stopped
        ]
        passed = {(card.judge, card.rubric, card.risk_level) for card in cards if card.admitted}
        voting += [
            question for question in exam if _key(question) in passed and question.judge.name not in watch.stopped
        ]
        answers |= found
        verdicts = records(_whole(voting, answers), answers)
        file, delivered = deliver(project, source, verdicts)
        summary = JudgeRun(
            progress=_together(first, second),
            cards=tuple(cards),
            left_out=left.reasons,
            flagged=left.flagged,
            stopped=watch.stopped,
            canaries={name: (drift.right, drift.n) for name, drift in sorted(watch.drifts.items())},
            flips=flips(voting, answers),
            delivered=delivered,
            file=file,
            spent_project=journal.spent(),
        )
        is_stopped = summary.stopped or summary.refused
        journal.end_run("stopped" if is_stopped else "done", json.dumps(summary.document()))
        return summary


def _key(question: Question) -> tuple[str, str, str]:
    rubric = question.rubric.ref if question.rubric else ""
    return question.judge.name, rubric, str(dict(question.item.context)["risk_level"])


def _whole(questions: Sequence[Question], found: dict[str, Asked]) -> Iterator[Question]:
    """Questions answered in every repetition and, for a pair, in both orders: one order alone is half a verdict."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    answered: Counter[tuple[str, str, str]] = Counter()
    chosen = {question.key: question for question in questions}.values()
    for question in chosen:
        wanted[group_of(question)] += 1
        answered[group_of(question)] += found.get(question.key, Asked()).outcome == "answered"
    for question in chosen:
        if answered[group_of(question)] == wanted[group_of(question)]:
            yield question


def _together(first: Progress, second: Progress) -> Progress:
    return Progress(
        total=first.total + second.total,
        cached=first.cached + second.cached,
        done=first.done + second.done,
        requests=first.requests + second.requests,
        outcomes=first.outcomes + second.outcomes,
        retried=first.retried + second.retried,
        spent=second.spent,
        seconds=first.seconds + second.seconds,
        stopped=first.stopped | second.stopped,
        heard=first.heard + second.heard,
        turned_down=second.turned_down | first.turned_down,
        unread=second.unread | first.unread,
    )
