"""The questions of a project: the exam, the work, the canaries among it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.judging._question import Item, Question, compare, score, walk
from prefstrata.judging._rubrics import Rubric, rubric_for
from prefstrata.model import ConfigError
from prefstrata.rules import broken_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prefstrata.judging._exam import Card
    from prefstrata.judging._work import Chosen, Known, Material
    from prefstrata.policy import Policy
    from prefstrata.project import JudgeModel, Judges, Work

__all__ = ["CANARY", "EXAM", "Left", "Planner"]

EXAM, CANARY = "exam", "canary"
"""What stands for the layer of work in the questions of exams and canaries."""


@dataclass(slots=True)
class Left:
    """What is not asked, and why: items by reason."""

    reasons: dict[str, int] = field(default_factory=dict)
    flagged: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def out(self, reason: str) -> None:
        """Count an item and a judge that is left out."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


class Planner:
    """Makes the questions of a project.

    Args:
        judges: the section of ``prefstrata.yaml``.
        policies: the project's policies.
        material: what there is to judge.
    """

    def __init__(self, judges: Judges, policies: Iterable[Policy], material: Material) -> None:
        """Hold the policies by scenario.

        Raises:
            ConfigError: work names a dimension that no policy has, or two judges would be sent the same requests.
        """
        _demand_distinct(judges)
        self._judges, self._material = judges, material
        self._policies = {scenario: policy for policy in policies for scenario in policy.scenarios}
        self._rubrics: dict[tuple[str, str, str, tuple[int, int]], Rubric | None] = {}
        self._flags: dict[str, tuple[str, ...]] = {}
        self._least = max(policy.judging.exam.least for policy in self._policies.values())
        self._hard = _breaking_hard_rules(self._policies, material)
        for work in judges.work:
            for dimension in work.dimensions:
                if not any(rubric_for(policy, dimension, work.kind) for policy in self._policies.values()):
                    raise ConfigError(
                        f"work {work.name}: no policy has the dimension {dimension!r}",
                        where="judges.work",
                        todo="name one of the policy's dimensions, or overall",
                    )

    def policy(self, scenario: str) -> Policy:
        """The policy that governs a scenario."""
        return self._policies[scenario]

    def exam(self) -> list[Question]:
        """The questions of the exam: every judge on the golden pairs of its dimensions, in both orders."""
        made: list[Question] = []
        for known in self._material.golden:
            for judge in self._sitting(known.dimension):
                if self._leaves_out(judge, known.chosen, Left()) is None:
                    made += self._both_orders(judge, known)
        return made

    def _sitting(self, dimension: str) -> Iterator[JudgeModel]:
        """Each judge once that judges this dimension, in whatever way: the exam is always a comparison."""
        for judge in self._judges.models:
            if any(dimension in work.dimensions and _does(work, judge) for work in self._judges.work):
                yield judge

    def _both_orders(self, judge: JudgeModel, known: Known) -> Iterator[Question]:
        rubric = self._rubric(known.chosen, known.dimension, "pairwise")
        for turned in (False, True):
            if rubric is None:
                return
            truth = "A" if (known.answer == "a") != turned else "B"
            yield compare(
                judge,
                rubric,
                known.chosen.item,
                turned=turned,
                seed=self._judges.seed,
                work=EXAM,
                truth=truth,
                nonce=_nonce(judge, ""),
            )

    def work(
        self, cards: Iterable[Card], left: Left, unfinished: Mapping[str, Sequence[Chosen]] | None = None
    ) -> list[Question]:
        """The questions of all work, canaries among them.

        Args:
            cards: what the exam found, or is foreseen to find.
            left: gets what is not asked.
            unfinished: items per layer of work that come before those that were chosen, and take their places.
        """
        items = {
            work.name: _first((unfinished or {}).get(work.name, ()), self._material.work[work.name], work.most)
            for work in self._judges.work
        }
        return self._work(items, cards, left)

    def begun(self, cards: Iterable[Card]) -> list[Question]:
        """The questions about all that earlier runs asked about, as they would be asked now, canaries among them."""
        return self._work(self._material.begun, cards, Left())

    def _work(self, items: Mapping[str, Sequence[Chosen]], cards: Iterable[Card], left: Left) -> list[Question]:
        examined = {(card.judge, card.rubric, card.risk_level): card for card in cards}
        canaries = _Canaries(self, self._material.golden)
        made: list[Question] = []
        for work in self._judges.work:
            for chosen in items.get(work.name, ()):
                for judge in self._judges.models:
                    if not _does(work, judge):
                        continue
                    if reason := self._leaves_out(judge, chosen, left):
                        left.out(reason)
                        continue
                    for dimension in work.dimensions:
                        for question in self._ask(work, judge, chosen, dimension, examined, left):
                            made += canaries.before(question, chosen)
                            made.append(question)
        return made

    def _leaves_out(self, judge: JudgeModel, chosen: Chosen, left: Left) -> str | None:
        policy = self.policy(chosen.policy_scenario).judging
        if chosen.risk_level not in policy.risk_levels:
            return f"the policy lets no judge vote at {chosen.risk_level} risk"
        if {judge.family, judge.model, judge.name} & set(chosen.item.families):
            return f"{judge.name} is of the family that wrote a side"
        if rule := self._hard.get(chosen.item.id):
            return f"a response breaks the rule {rule}"
        if policy.suspicious == "withhold" and (found := self._flagged(chosen.item)):
            left.flagged[chosen.item.id] = found
            return "a text speaks to the judge, or hides something"
        return None

    def _flagged(self, item: Item) -> tuple[str, ...]:
        if item.id not in self._flags:
            self._flags[item.id] = item.flags
        return self._flags[item.id]

    def _rubric(self, chosen: Chosen, dimension: str, kind: str, scale: tuple[int, int] = (1, 10)) -> Rubric | None:
        key = (chosen.policy_scenario, dimension, kind, scale)
        if key not in self._rubrics:
            self._rubrics[key] = rubric_for(self.policy(chosen.policy_scenario), dimension, kind, scale)
        return self._rubrics[key]

    def _ask(  # noqa: PLR0913, PLR0917 - what decides whether and how it is asked
        self,
        work: Work,
        judge: JudgeModel,
        chosen: Chosen,
        dimension: str,
        cards: Mapping[tuple[str, str, str], Card],
        left: Left,
    ) -> Iterator[Question]:
        rubric = self._rubric(chosen, dimension, work.kind, work.scale)
        examined = self._rubric(chosen, dimension, "pairwise")
        if rubric is None or examined is None:
            left.out(f"its policy has no dimension {dimension}")
            return
        card = cards.get((judge.name, examined.ref, chosen.risk_level))
        if card is None:
            left.out(
                f"no golden pair of {dimension} at {chosen.risk_level} risk to examine {judge.name} on,"
                f" {self._least} are needed"
            )
            return
        if not card.admitted:
            left.out(f"{judge.name} did not pass the exam on {dimension} at {chosen.risk_level} risk: {card.reason}")
            return
        seed, nonce = self._judges.seed, _nonce(judge, "")
        for repeat in range(judge.repeats if judge.confidence == "repeats" else 1):
            if work.kind == "pairwise":
                for turned in (False, True):
                    yield compare(
                        judge, rubric, chosen.item, turned=turned, seed=seed, work=work.name, nonce=nonce, repeat=repeat
                    )
            elif work.kind == "scalar":
                yield score(
                    judge,
                    rubric,
                    chosen.item,
                    seed=seed,
                    work=work.name,
                    scale=work.scale,
                    nonce=nonce,
                    repeat=repeat,
                )
            elif repeat == 0:
                yield walk(judge, rubric, chosen.item, seed=seed, work=work.name, nonce=nonce)


def _breaking_hard_rules(policies: Mapping[str, Policy], material: Material) -> dict[str, str]:
    """For each item a text of which breaks a hard rule of its policy, the first such rule by name."""
    texts: dict[str, list[tuple[str, str, str | None, str]]] = {}
    distinct = {each.item.id: each for items in (*material.work.values(), *material.begun.values()) for each in items}
    for chosen in distinct.values():
        task = dict(chosen.item.context).get("task")
        mine = ((chosen.item.id, text, task, chosen.risk_level) for text in chosen.item.texts)
        texts.setdefault(chosen.policy_scenario, []).extend(mine)
    found: dict[str, str] = {}
    for scenario, rows in texts.items():
        hard = [rule for rule in policies[scenario].response_rules if rule.hard]
        frame = pl.DataFrame(
            rows, schema=dict.fromkeys(("id", "content", "task", "risk_level"), pl.String), orient="row"
        )
        broken = broken_rules(frame, hard).filter("broken").sort("id", "rule", descending=True)
        found |= dict(broken.select("id", "rule").iter_rows())
    return found


def _first(unfinished: Sequence[Chosen], chosen: Sequence[Chosen], most: int) -> list[Chosen]:
    """What is unfinished, and of what was chosen as much as there is room for."""
    ids = {each.item.id for each in unfinished}
    rest = [each for each in chosen if each.item.id not in ids]
    return [*unfinished, *rest[: max(0, most - len(ids))]]


class _Canaries:
    """Golden pairs asked again among the work.

    Which question has one before it, and which, is drawn by the question's key, so a run
    that was killed and begun again asks the same ones.
    """

    def __init__(self, planner: Planner, golden: tuple[Known, ...]) -> None:
        self._planner, self._golden = planner, golden

    def before(self, question: Question, chosen: Chosen) -> Iterator[Question]:
        judging = self._planner.policy(chosen.policy_scenario).judging
        if question.kind != "pairwise" or question.rubric is None:
            return
        if int(question.key[:8], 16) / 2**32 >= judging.canaries:
            return
        asked = question.rubric
        fitting = [
            known
            for known in self._golden
            if known.dimension == asked.dimension
            and known.chosen.policy_scenario == chosen.policy_scenario
            and self._planner._leaves_out(question.judge, known.chosen, Left()) is None  # noqa: SLF001 - one module
        ]
        if fitting:
            known = fitting[int(question.key[8:16], 16) % len(fitting)]
            turned = int(question.key[16], 16) % 2 == 1
            yield compare(
                question.judge,
                asked,
                known.chosen.item,
                turned=turned,
                seed=self._planner._judges.seed,  # noqa: SLF001 - as above
                work=CANARY,
                truth="A" if (known.answer == "a") != turned else "B",
                nonce=_nonce(question.judge, f"canary {question.key}"),
            )


def _does(work: Work, judge: JudgeModel) -> bool:
    return work.judges is None or judge.name in work.judges


def _demand_distinct(judges: Judges) -> None:
    """Refuse two judges that would be sent the same requests: the answers of one would pass for the other's.

    Raises:
        ConfigError: with the names of the two.
    """
    known: dict[tuple[object, ...], list[tuple[str, set[str]]]] = {}
    for judge in judges.models:
        said = (judge.model, judge.temperature, judge.max_output_tokens, judge.limit_as, judge.confidence, judge.exam)
        dimensions = {each for work in judges.work if _does(work, judge) for each in work.dimensions}
        for name, others in known.setdefault(said, []):
            if dimensions & others:
                raise ConfigError(
                    f"the judges {name} and {judge.name} would be sent the same requests",
                    where="judges.models",
                    todo="let one of them go; where these are two models, have their endpoints call them by two names",
                )
        known[said].append((judge.name, dimensions))


def _nonce(judge: JudgeModel, more: str) -> str:
    """What makes the same request another question: an exam sat anew, a canary."""
    return " ".join(filter(None, ("" if judge.exam == 1 else f"exam {judge.exam}", more)))
