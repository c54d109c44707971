"""The loss report: what it measures, and how --strict holds a checkout to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import GateBlockedError
from prefstrata.trainers import Options, checkout_layer
from tests.unit.trainers._layers import PAIRS, hand_out, whole_pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores.local import LocalStore


def test_the_report_measures_how_weight_is_concentrated(store: LocalStore, tmp_path: Path) -> None:
    """Kish: of weights 1.5, 0.5 and 0.5, (2.5 squared / 2.75) / 3 are effective."""
    records = {PAIRS: [whole_pair("a", trust=0.75), whole_pair("b", trust=0.25), whole_pair("c", trust=0.25)]}
    report = hand_out(store, records, tmp_path / "out", "trl-dpo").report
    assert report is not None
    assert report.effective == pytest.approx(2.5**2 / 2.75 / 3)
    assert report.heaviest == pytest.approx(1.5 / 2.5)
    assert report.mean_weight == pytest.approx(2.5 / 3)
    assert [each.what for each in report.ignored] == [
        "weight",
        "p",
        "margin",
        "dimensions",
        "ties",
        "pairs of one prompt",
    ]
    assert json.loads((tmp_path / "out" / "checkout.json").read_text("utf-8"))["report"] == json.loads(
        json.dumps(report.document())
    )


def test_strict_fails_beyond_a_limit_and_leaves_nothing(store: LocalStore, tmp_path: Path) -> None:
    """What passes a limit is named with its figure; another limit lets it through."""
    records = {PAIRS: [whole_pair("a"), *(whole_pair(f"t{n}", outcome="tie") for n in range(3))]}
    with pytest.raises(GateBlockedError, match=r"left_out is 75\.0%, more than 50\.0%"):
        hand_out(store, records, tmp_path / "out", "nemo-rl-binary", strict=True, limits={"minority": 0})
    assert not (tmp_path / "out").exists()
    asked = Options(strict=True, limits={"left_out": 0.8, "minority": 0})
    assert checkout_layer(store, "main", "v1", tmp_path / "out", form="nemo-rl-binary", options=asked).rows == 1
