"""What judging has come to so far."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from prefstrata.judging._journal import read_journal
from prefstrata.judging._money import Caps, dollars
from prefstrata.judging._rows import today
from prefstrata.judging._summaries import JudgeReport
from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from prefstrata.project import Judges, Project

__all__ = ["report_judges", "spent_by_rater"]


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
        batches = journal.rows("select id, judge, requests, began_at from batches where ended_at is null order by id")
        names = {judge.name for judge in judges.models}
        for batch in batches:
            batch["is_nobodys"] = batch["judge"] not in names
        caps = Caps.of(judges.budget, day=journal.spent(today()), project=journal.spent())
        return JudgeReport(spending, days, made, caps, int(flying["n"]), batches)


def spent_by_rater(project: Project) -> dict[str, str]:
    """What each judge's verdicts have cost so far, by the name that the ledger gives the rater: ``$12.34``.

    The journal of this machine says so; verdicts that were asked for elsewhere cost nothing here, and have no entry.
    """
    if project.judges is None:
        return {}
    with read_journal(project.directory / project.judges.journal) as journal:
        return {f"judge:{rater}": dollars(spent) for rater, spent in sorted(journal.spent_by_rater().items())}
