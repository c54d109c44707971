"""Judges that would be sent the same requests are one judge; a question of two layers of work is planned once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benchmarks.judging.questions import POLICY, judge, pairs, questions
from prefstrata.judging._costs import costs
from prefstrata.judging._plan import Planner
from prefstrata.judging._work import Material
from prefstrata.model import ConfigError
from prefstrata.project import Budget, JudgeModel, Judges, Work

BUDGET = Budget(run=Decimal(1), day=Decimal(1), project=Decimal(1))


def planner(other: JudgeModel, *work: Work) -> Planner:
    """A planner of two judges, the first of them lynx-1 at an address of its own."""
    judges = Judges(budget=BUDGET, models=(judge("http://127.0.0.1:1/v1"), other), work=work)
    return Planner(judges, [POLICY], Material(work={each.name: () for each in work}))


def twin(**more: object) -> JudgeModel:
    """The same model behind another address."""
    return judge("http://127.0.0.1:2/v1").model_copy(update={"name": "heron", **more})


def test_two_judges_that_are_sent_the_same_requests_are_refused() -> None:
    """A request is known by what it says, not by where it goes: the verdicts of one would pass for the other's."""
    with pytest.raises(ConfigError, match="lynx and heron would be sent the same requests"):
        planner(twin(), Work(name="w"))


@pytest.mark.parametrize("more", [{"model": "heron-1"}, {"temperature": 0.5}, {"max_output_tokens": 99}, {"exam": 2}])
def test_judges_that_are_asked_otherwise_are_two(more: dict[str, object]) -> None:
    """Another model, or the same one with other parameters."""
    assert planner(twin(**more), Work(name="w"))


def test_judges_that_judge_nothing_in_common_may_be_alike() -> None:
    """Each has dimensions of its own, so no request is sent to both."""
    works = Work(name="one", judges=("lynx",)), Work(name="two", judges=("heron",), dimensions=("helpfulness",))
    assert planner(twin(), *works)


def test_a_question_of_two_layers_of_work_is_planned_once() -> None:
    """It is asked once: where it comes first it costs, from then on it is known."""
    asked = questions(judge("http://127.0.0.1:1/v1"), pairs(3))
    [once], [twice] = costs(asked, {}), costs([*asked, *asked], {})
    assert (twice.questions, twice.known) == (12, 6)
    assert (twice.likely, twice.at_most) == (once.likely, once.at_most)
