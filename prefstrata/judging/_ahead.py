"""What is to be asked: first what earlier runs began and did not deliver, then what is chosen now.

A run that was killed has delivered nothing, and the next one may choose other items: estimates move, and what is new
comes before what is old. What was paid for until then is not lost: as long as its texts are there and its judge would
be asked the same, it is finished and delivered, and takes the places of as many of those that would be chosen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.judging._asked import Asked, look_up
from prefstrata.judging._plan import CANARY, Left
from prefstrata.judging._verdicts import group_of, rater_name, records
from prefstrata.judging._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from prefstrata.judging._exam import Card
    from prefstrata.judging._journal import JournalReader
    from prefstrata.judging._question import Question
    from prefstrata.judging._setting import Setting
    from prefstrata.judging._work import Chosen

__all__ = ["Ahead", "look_ahead"]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to be asked of whom.

    Attributes:
        work: all questions, canaries among them.
        going: those of judges that no canary has stopped, as far as an answer can still be delivered.
        known: what the journal knows of them.
        watch: has seen the canaries that were asked.
    """

    work: list[Question]
    going: list[Question]
    known: dict[str, Asked]
    watch: Watch


def look_ahead(setting: Setting, journal: JournalReader, cards: Sequence[Card], left: Left) -> Ahead:
    """The questions of a run, after its exam.

    Args:
        setting: the project's judges, and what there is to judge.
        journal: what was asked so far.
        cards: what the exam found, or is foreseen to find.
        left: gets what is not asked.
    """
    unfinished, stopped = _unfinished(setting, journal, cards)
    work = setting.planner.work(cards, left, unfinished)
    known = look_up(journal, work)
    watch = _watch(setting, cards)
    watch.see_again(work, known)
    # Whom its canaries stopped stays so, though what it was stopped on is not chosen any more.
    watch.stopped = stopped | watch.stopped
    going = [question for question in work if question.judge.name not in watch.stopped]
    going = _worth_asking(going, known, setting.delivered, left)
    return Ahead(work, going, known, watch)


def _unfinished(
    setting: Setting, journal: JournalReader, cards: Sequence[Card]
) -> tuple[dict[str, list[Chosen]], dict[str, str]]:
    """The items per layer of work that a verdict is still to come of, and the judges that stopped on what was begun."""
    begun = setting.planner.begun(cards)
    found = look_up(journal, begun)
    watch = _watch(setting, cards)
    watch.see_again(begun, found)
    flying = journal.in_flight()
    groups: dict[tuple[str, tuple[str, str, str]], list[Question]] = defaultdict(list)
    for question in begun:
        if question.work != CANARY and question.judge.name not in watch.stopped:
            groups[question.work, group_of(question)].append(question)
    owed = {
        (work, group[0].item.id)
        for (work, _), group in groups.items()
        if _is_owed(group, found, flying, setting.delivered)
    }
    lacking = {
        (work, group[0].item.id)
        for (work, _), group in groups.items()
        if not all(found.get(question.key, Asked()).is_final or question.key in flying for question in group)
    }
    most = {work.name: work.most for work in setting.judges.work}
    items = {
        name: _within(
            most[name],
            [each for each in chosen if (name, each.item.id) in owed],
            {item for work, item in lacking if work == name},
        )
        for name, chosen in setting.material.begun.items()
    }
    return items, watch.stopped


def _within(most: int, owed: Sequence[Chosen], lacking: Collection[str]) -> list[Chosen]:
    """Of what is owed verdicts all that costs nothing more, and of what lacks answers as much as there is room for.

    A layer of work may say a lower `most` by now than when its items were begun.
    """
    waiting = [each.item.id for each in owed if each.item.id in lacking]
    late = set(waiting[max(0, most - (len(owed) - len(waiting))) :])
    return [each for each in owed if each.item.id not in late]


def _is_owed(
    group: Sequence[Question], found: Mapping[str, Asked], flying: Iterable[str], delivered: frozenset[str]
) -> bool:
    """Whether all that a judge is asked of an item was begun, and comes to verdicts that were not delivered."""
    states = [found.get(question.key, Asked()) for question in group]
    answered = [state.outcome == "answered" for state in states]
    if all(answered):
        return any(record["key"] not in delivered for record in records(group, found))
    can_be_whole = not any(state.is_final and state.outcome != "answered" for state in states)
    was_begun = any(answered) or any(question.key in flying for question in group)
    return can_be_whole and was_begun and not any(question.key in delivered for question in group)


def _worth_asking(
    work: Sequence[Question], known: Mapping[str, Asked], delivered: frozenset[str], left: Left
) -> list[Question]:
    """The questions without those that would repeat one whose verdict was delivered: what is delivered stays as it is.

    A canary goes with the question that it stands before.
    """
    firsts = {
        (question.work, rater_name(question), question.item.id, question.turned): question.key
        for question in work
        if question.repeat == 0 and question.work != CANARY
    }
    kept: list[Question] = []
    canaries: list[Question] = []
    late: set[tuple[str, str, str]] = set()
    for question in work:
        if question.work == CANARY:
            canaries.append(question)
            continue
        first = firsts.get((question.work, rater_name(question), question.item.id, question.turned))
        if question.repeat and question.key not in known and first in delivered:
            late.add((question.work, *group_of(question)[::2]))
            canaries = [canary for canary in canaries if canary.key in known]
            kept += canaries
        else:
            kept += [*canaries, question]
        canaries = []
    for judge in sorted({judge for _, judge, _ in late}):
        reason = f"{judge} has delivered its verdict; more `repeats` count for what it judges from now on"
        left.reasons[reason] = sum(name == judge for _, name, _ in late)
    return kept


def _watch(setting: Setting, cards: Sequence[Card]) -> Watch:
    return Watch(cards, min(policy.judging.drift for policy in setting.policies))
