"""Plan, run, report: the three things a person does with judges."""

from __future__ import annotations

import asyncio
import glob
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from prefstrata.engine import read_warehouse
from prefstrata.judging._asking import Asked, Progress, ask, look_up
from prefstrata.judging._exam import Card, Drift, grade
from prefstrata.judging._journal import open_journal, read_journal, today
from prefstrata.judging._money import Caps
from prefstrata.judging._plan import CANARY, Cost, Left, Planner, costs
from prefstrata.judging._verdicts import deliver, flips, records
from prefstrata.judging._work import Material, read_material
from prefstrata.model import ConfigError
from prefstrata.policy import read_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prefstrata.judging._journal import JournalReader
    from prefstrata.judging._question import Question
    from prefstrata.policy import Exam, Policy
    from prefstrata.project import Judges, Project, Source

__all__ = ["JudgeReport", "JudgeRun", "Planned", "plan_judges", "report_judges", "run_judges"]

FORMAT = "judge-verdicts"


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
        stopped: judges that were stopped, with the reason; their verdicts of this work are not delivered.
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
    """

    spending: list[dict[str, Any]]
    days: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    caps: Caps
    in_flight: int


@dataclass(slots=True)
class _Watch:
    """Watches the canaries of every judge; told each question that is over."""

    cards: Sequence[Card]
    fall: float
    drifts: dict[str, Drift] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)

    def __call__(self, question: Question, asked: Asked) -> str | None:
        if question.work != CANARY or asked.outcome != "answered" or asked.parsed is None:
            return None
        name = question.judge.name
        if name not in self.drifts:
            found = [card.accuracy for card in self.cards if card.judge == name and card.admitted and card.accuracy]
            self.drifts[name] = Drift(min(found, default=0.7), self.fall)
        reason = self.drifts[name].see(right=asked.parsed.verdict == question.truth)
        if reason is not None:
            self.stopped.setdefault(name, reason)
        return f"stopped: {reason}" if reason else None


class _Setting:
    """What plan and run share: the project's judges, policies, and what there is to judge."""

    def __init__(self, project: Project) -> None:
        if project.judges is None:
            raise ConfigError(
                "the project has no judges",
                where=str(project.file),
                todo="add `judges:`; docs/how-to/judge-with-a-model.md",
            )
        self.project, self.judges = project, project.judges
        self.policies: tuple[Policy, ...] = tuple(policy for policy, _ in read_policies(project))
        items = max(policy.judging.exam.items for policy in self.policies)
        with read_warehouse(project.warehouse_path) as connection:
            self.material: Material = read_material(
                connection, self.judges.work, seed=self.judges.seed, exam_items=items
            )
        self.planner = Planner(self.judges, self.policies, self.material)
        self.path = project.directory / self.judges.journal

    @property
    def thresholds(self) -> dict[str, Exam]:
        """Exam thresholds per risk level: the strictest of the policies."""
        exams = [policy.judging.exam for policy in self.policies]
        strict = exams[0].model_copy(
            update={
                "accuracy": max(each.accuracy for each in exams),
                "flips": min(each.flips for each in exams),
                "least": max(each.least for each in exams),
            }
        )
        return dict.fromkeys(("low", "medium", "high"), strict)

    def caps(self, journal: JournalReader) -> Caps:
        """The caps and what is spent under them."""
        return Caps.of(self.judges.budget, day=journal.spent(today()), project=journal.spent())


def plan_judges(project: Project) -> Planned:
    """Say what a run would ask and cost. Nothing is sent.

    Judges that have not sat the exam are planned as if they passed it.

    Raises:
        ConfigError: the project has no judges, or nothing has been run yet.
    """
    setting = _Setting(project)
    left = Left()
    with read_journal(setting.path) as journal:
        exam = setting.planner.exam()
        found = look_up(journal, exam)
        known = all(found.get(question.key, Asked()).is_final for question in exam)
        cards = grade(exam, found, setting.thresholds) if known and exam else None
        work = setting.planner.work(cards, left)
        found |= look_up(journal, work)
        made = costs([*exam, *work], found)
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
    setting = _Setting(project)
    source = _source(project)
    run = uuid4().hex[:16]
    with open_journal(setting.path, run) as journal:
        journal.begin_run()
        caps = setting.caps(journal)
        exam = setting.planner.exam()
        found, first = asyncio.run(ask(journal, exam, caps, progress=lambda each: progress("exam", each)))
        cards = grade(exam, found, setting.thresholds)
        left = Left()
        work = setting.planner.work(cards, left)
        watch = _Watch(cards, min(policy.judging.drift for policy in setting.policies))
        known = look_up(journal, work)
        _see_again(watch, work, known)
        going = [question for question in work if question.judge.name not in watch.stopped]
        answers, second = asyncio.run(
            ask(journal, going, caps, told=watch, known=known, progress=lambda each: progress("work", each))
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
        file, delivered = deliver(_folder(project, source), verdicts)
        _check_found(project, source, file)
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
        journal.end_run("stopped" if watch.stopped else "done", json.dumps(summary.document()))
        return summary


def _key(question: Question) -> tuple[str, str, str]:
    rubric = question.rubric.ref if question.rubric else ""
    return question.judge.name, rubric, str(dict(question.item.context)["risk_level"])


def _see_again(watch: _Watch, work: Sequence[Question], known: dict[str, Asked]) -> None:
    """Let the watch see the canaries that earlier runs asked: what stopped a judge then stops it now."""
    for question in work:
        if (asked := known.get(question.key)) is not None:
            watch(question, asked)


def _whole(questions: Sequence[Question], found: dict[str, Asked]) -> Iterator[Question]:
    """Questions answered in every repetition and, for a pair, in both orders: one order alone is half a verdict."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    answered: Counter[tuple[str, str, str]] = Counter()
    chosen = {question.key: question for question in questions}.values()
    for question in chosen:
        wanted[_group(question)] += 1
        answered[_group(question)] += found.get(question.key, Asked()).outcome == "answered"
    for question in chosen:
        if answered[_group(question)] == wanted[_group(question)]:
            yield question


def _group(question: Question) -> tuple[str, str, str]:
    return question.judge.name, question.rubric.ref if question.rubric else "", question.item.id


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
    )


def _source(project: Project) -> Source:
    takes = [source for source in project.sources if source.format == FORMAT]
    if len(takes) == 1:
        return takes[0]
    raise ConfigError(
        f"{len(takes) or 'no'} source{'s have' if len(takes) > 1 else ' has'} the format {FORMAT}",
        where=str(project.file),
        todo="have one under sources: {name: verdicts, mode: synthetic, supervisor: judge, "
        "path: 'inbox/verdicts/*.jsonl', "
        f"format: {FORMAT}}}",
    )


def _folder(project: Project, source: Source) -> Path:
    """The folder of the source's pattern, up to the first part that may be several."""
    parts = PurePath(source.path).parts[:-1]
    plain = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return project.directory / Path(*parts[:plain])


def _check_found(project: Project, source: Source, file: Path | None) -> None:
    if file is None:
        return
    names = glob.glob(source.path, root_dir=project.directory, recursive=True)  # noqa: PTH207 - as the source looks
    if file.resolve() not in {(project.directory / name).resolve() for name in names}:
        raise ConfigError(
            f"the source {source.name} does not find {file.name} by its path {source.path}",
            where=str(project.file),
            todo="let its path end in *.jsonl",
        )


def report_judges(project: Project, *, runs: int = 10) -> JudgeReport:
    """Say what judging has come to; a run may be under way.

    Raises:
        ConfigError: the project has no judges.
    """
    if project.judges is None:
        raise ConfigError("the project has no judges", where=str(project.file), todo="add `judges:`")
    judges: Judges = project.judges
    with read_journal(project.directory / judges.journal) as journal:
        spending = journal.rows(
            "select judge, work, coalesce(outcome, 'in flight') as outcome, count(*) as requests,"
            " coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens,"
            " sum(coalesce(cost, reserved)) as micro from attempts group by 1, 2, 3 order by 1, 2, 3"
        )
        days = journal.rows(
            "select day, count(*) as requests, sum(coalesce(cost, reserved)) as micro from attempts"
            " group by day order by day desc limit 30"
        )
        made = journal.rows(
            "select id, began_at, ended_at, outcome, figures from runs order by began_at desc limit ?", runs
        )
        for row in made:
            row["figures"] = json.loads(row["figures"]) if row["figures"] else None
        [flying] = journal.rows("select count(*) as n from attempts where cost is null")
        caps = Caps.of(judges.budget, day=journal.spent(today()), project=journal.spent())
        return JudgeReport(spending, days, made, caps, int(flying["n"]))
