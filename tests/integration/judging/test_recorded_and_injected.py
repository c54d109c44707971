"""Real judges replayed give the figures of their files; texts that speak to a judge neither escape nor go unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.judging.injections import inject
from benchmarks.judging.replay import replay_llmbar, replay_wildbench
from prefstrata.policy import Exam

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.slices
def test_recorded_judges_get_the_figures_of_their_files() -> None:
    """Accuracy, agreement of the orders, unreadable replies; a judge below the threshold is refused (acceptance 4)."""
    came = replay_llmbar(DATA, Exam(least=10, accuracy=0.75, flips=0.4))
    assert len(came) >= 10
    for card, direct in came.values():
        assert card.accuracy == pytest.approx(direct.accuracy, abs=1e-12)
        assert card.agreement == pytest.approx(direct.agreement, abs=1e-12)
        assert card.unusable == direct.unusable
        assert card.admitted == (direct.accuracy >= 0.75)
        assert card.admitted or f"{direct.accuracy:.1%}" in card.reason or "turns" in card.reason
    assert {card.admitted for card, _ in came.values()} == {True, False}


@pytest.mark.slices
def test_recorded_scores_are_those_of_their_files() -> None:
    """Two judges, 200 outputs each."""
    came = replay_wildbench(DATA)
    assert [len(read) for read, _ in came.values()] == [200, 200]
    for read, said in came.values():
        assert read == said


def test_injected_texts_neither_escape_nor_go_unnoticed() -> None:
    """50 attacks (acceptance 5, small): none leaves its quotation, all are flagged; without a mark some get out."""
    came = inject(50)
    assert came.escaped == 0
    assert came.control > 0
    assert came.obeyed > 25
    assert came.unflagged == came.harmful == 0
