"""What nobody knows of the display order is judged nowhere: no rate, no check, no flip is made of the order of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests._command import inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("in_short")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A new project, nothing read."""
    folder = tmp_path / "p"
    inside("init", folder, cwd=tmp_path)
    return folder


def _rows(project: Path, statement: str) -> Any:  # noqa: ANN401 - any JSON
    done = inside("sql", statement, "--json", cwd=project)
    assert done.code == 0, done.err
    return done.document


def test_winners_and_losers_say_nothing_of_the_side_shown_first(project: Path) -> None:
    """In a file of winners and losers the place is not judged: there is no share of the first, and no check of it."""
    put(
        project,
        "a.jsonl",
        *(pairwise(f"Question {n}?", f"yes {n}", f"no {n}", rater=f"r{rater}") for n in range(8) for rater in range(5)),
    )
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _rows(project, "select distinct a_shown_first from evidence.votes") == [{"a_shown_first": None}]
    assert _rows(project, "select metric from noise.metrics where metric in ('first_rate', 'baseline_first')") == []
    assert _rows(project, "select * from noise.checks where measure = 'first_wins'") == []
    assert _rows(project, "select distinct ordered, first_rate from noise.raters") == [
        {"ordered": 0, "first_rate": None}
    ]


def test_who_changed_sides_in_an_unknown_order_did_not_change_with_the_order(project: Path) -> None:
    """A first vote without an order and a second one with an order are another opinion, and no flip."""
    both = ("ann", "bob")
    records = [pairwise(f"Question {n}?", f"one {n}", f"two {n}", rater=who) for n in range(12) for who in both]
    again = [
        {
            "type": "pairwise_multi_dim",
            "prompt": f"Question {n}?",
            "candidates": {"A": f"two {n}", "B": f"one {n}"},
            "judgement": {"overall_winner": "A"},
            "meta": {"rater": "ann", "round": "second"},
        }
        for n in range(12)
    ]
    put(project, "a.jsonl", *records, *again)
    assert inside("run", "--quiet", cwd=project).code == 0
    assert _rows(project, "select sum(flips) as flips, sum(votes) as votes from noise.preferences") == [
        {"flips": 0, "votes": 36}
    ]
    assert _rows(project, "select reason from noise.queue where reason like '%display order%'") == []
