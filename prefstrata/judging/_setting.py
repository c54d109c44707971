"""What plan and run share: the project's judges and policies, what there is to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.engine import read_warehouse
from prefstrata.judging._journal import read_journal
from prefstrata.judging._money import Caps
from prefstrata.judging._plan import CANARY, EXAM, Planner
from prefstrata.judging._rows import today
from prefstrata.judging._verdicts import judge_name
from prefstrata.judging._work import Material, read_material
from prefstrata.model import ConfigError
from prefstrata.policy import read_policies
from prefstrata.privacy import demand_searched
from prefstrata.sources import delivered_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.judging._journal import JournalReader
    from prefstrata.policy import Exam, Policy
    from prefstrata.project import Judges, Project

__all__ = ["EXAMPLE", "FORMAT", "Setting"]

FORMAT = "judge-verdicts"
EXAMPLE = f"{{name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/verdicts/*.jsonl', format: {FORMAT}}}"


class Setting:
    """The project's judges, policies, and what there is to judge."""

    def __init__(self, project: Project) -> None:
        """Read the warehouse.

        Raises:
            ConfigError: the project has no judges, a judge is another model by now, or nothing has been run yet.
        """
        if project.judges is None:
            raise ConfigError(
                "the project has no judges",
                where=str(project.file),
                todo="add `judges:`; docs/how-to/judge-with-a-model.md",
            )
        self.project, self.judges = project, project.judges
        sources = (source for source in project.sources if source.format == FORMAT)
        delivered = {
            each for source in sources for each in delivered_values(project, source, "key", "rater", "version")
        }
        _demand_same_models(self.judges, delivered)
        self.delivered = frozenset(key for key, _, _ in delivered)
        """Keys of the verdicts that were delivered."""
        self.path = project.directory / self.judges.journal
        with read_journal(self.path) as journal:
            begun = [each for each in journal.begun(self.delivered) if each[0] not in {CANARY, EXAM}]
        self.policies: tuple[Policy, ...] = tuple(policy for policy, _ in read_policies(project))
        items = max(policy.judging.exam.items for policy in self.policies)
        with read_warehouse(project.warehouse_path) as connection:
            demand_searched(connection, project)
            self.material: Material = read_material(
                connection, self.judges.work, seed=self.judges.seed, exam_items=items, begun=begun
            )
        self.planner = Planner(self.judges, self.policies, self.material)

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


def _demand_same_models(judges: Judges, delivered: Iterable[tuple[str, ...]]) -> None:
    """Refuse a judge whose verdicts are all of another model: the votes of two would count as those of one rater.

    Raises:
        ConfigError: with the judge and both models.
    """
    known: dict[str, set[str]] = {}
    for _, rater, model in delivered:
        known.setdefault(rater.partition("/")[0], set()).add(model)
    for judge in judges.models:
        before = known.get(judge_name(judge))
        if before and judge.model not in before:
            raise ConfigError(
                f"judge {judge.name} is the model {judge.model} now,"
                f" and its verdicts are of {', '.join(sorted(before))}",
                where="judges.models",
                todo="another model is another rater: give it another name, or raise `exam` on it",
            )
