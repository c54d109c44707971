"""Which records are rows, in which of the two files, how often, and with what weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.model import IntegrityError
from prefstrata.trainers import Options, checkout_layer
from tests._releases import Content, publish
from tests.unit.trainers._layers import OTHER, PAIRS, hand_out, rows, whole_pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores.local import LocalStore


def test_weight_and_p_are_columns_when_asked_for(store: LocalStore, tmp_path: Path) -> None:
    """For the add-on: weight is trust times the factor, p the soft label with a tie counting half."""
    hand_out(store, {PAIRS: [whole_pair("a", p=0.7, p_tie=0.2)]}, tmp_path / "out", "trl-dpo", weights="column")
    [row] = rows(tmp_path / "out")
    assert (row["weight"], row["p"]) == (1.0, 0.8)


def test_the_factor_is_that_of_the_records_cell(store: LocalStore, tmp_path: Path) -> None:
    """Since records name their cell, weights.json has a factor for each."""
    records = {PAIRS: [whole_pair("a", cell="one"), whole_pair("b", cell="two")]}
    publish(store, Content(records, cells={"one": 3.0, "two": 0.5}))
    asked = Options(weights="column", shuffle=False)
    checkout_layer(store, "main", "v1", tmp_path / "out", form="trl-dpo", options=asked)
    assert [row["weight"] for row in rows(tmp_path / "out")] == [1.5, 0.25]


def test_a_record_without_a_factor_is_no_row_to_train_on(store: LocalStore, tmp_path: Path) -> None:
    """A release that was not made whole gives no folder."""
    with pytest.raises(IntegrityError, match="no factor"):
        hand_out(store, {PAIRS: [whole_pair("a", stratum="rule/online")]}, tmp_path / "out", "trl-dpo")
    assert not (tmp_path / "out").exists()


def test_records_without_a_column_of_today_are_read(store: LocalStore, tmp_path: Path) -> None:
    """A release of another time lacks some: they are null."""
    records = {PAIRS: [{name: value for name, value in whole_pair("a").items() if name != "dimensions"}]}
    made = hand_out(store, records, tmp_path / "out", "trl-dpo")
    assert made.rows == 1


def test_validation_is_split_by_conversation(store: LocalStore, tmp_path: Path) -> None:
    """All rows of a conversation, its later turns and its question spelled otherwise, are in one of the two files."""
    records = [
        whole_pair(f"{talk}-{n}", prompt, prompt_id=f"{talk}-{n}")
        for talk in range(40)
        for n, prompt in enumerate(_turns(f"Question {talk}?"))
    ]
    made = hand_out(
        store, {PAIRS: records[:60], OTHER: records[60:]}, tmp_path / "out", "nemo-rl-binary", validation=0.3
    )
    train, held = rows(tmp_path / "out"), rows(tmp_path / "out", "validation")
    asked = [{row["prompt"][0]["content"].lower().strip("?") for row in split} for split in (train, held)]
    assert asked[0] & asked[1] == set()
    assert len(asked[0] | asked[1]) == 40
    assert len(train) + len(held) == made.rows == 120
    assert 5 <= len(asked[1]) <= 20


def _turns(question: str) -> list[list[dict[str, str]]]:
    first = {"role": "user", "content": question}
    later = [first, {"role": "assistant", "content": "an answer"}, {"role": "user", "content": "and then?"}]
    return [[first], later, [{"role": "user", "content": question.upper()}]]


def test_resampling_draws_in_proportion_and_never_drops_golden(store: LocalStore, tmp_path: Path) -> None:
    """A row of weight w comes w / mean times, to within one; golden at least once, whatever it weighs."""
    records = {
        PAIRS: [whole_pair(f"{n}", f"q{n}", trust=0.25 if n % 2 else 0.75) for n in range(100)],
        "golden/pairs/bucket=00.parquet": [whole_pair("g", "golden?", trust=0.001)],
    }
    made = hand_out(store, records, tmp_path / "out", "openrlhf-dpo", layer="golden+main", weights="resample", seed=5)
    drawn = [row["chosen"][0]["content"] for row in rows(tmp_path / "out")]
    heavy = [drawn.count(f"good {n}") for n in range(0, 100, 2)]
    light = [drawn.count(f"good {n}") for n in range(1, 100, 2)]
    assert set(heavy) <= {1, 2}
    assert set(light) <= {0, 1}
    assert sum(heavy) == pytest.approx(75, abs=2)
    assert sum(light) == pytest.approx(25, abs=2)
    assert drawn.count("good g") == 1
    assert made.report is not None
    assert made.report.handed_out + made.report.not_drawn == 101
    assert made.report.rows == len(drawn)


def test_a_dimension_turns_sides_round(store: LocalStore, tmp_path: Path) -> None:
    """Trained on one dimension, the better side is the better one in it; pairs without an estimate are left out."""
    against = [{"dimension": "brevity", "p": 0.1, "p_tie": 0.1, "votes": 2}]
    records = {PAIRS: [whole_pair("a", dimensions=against), whole_pair("b")]}
    made = hand_out(store, records, tmp_path / "out", "nemo-rl-binary", dimension="brevity")
    [row] = rows(tmp_path / "out")
    assert (row["chosen"], row["rejected"]) == ("bad a", "good a")
    assert made.report is not None
    assert (made.report.swapped, made.report.left_out) == (1, {"no estimate in the dimension": 1})


def test_ties_are_left_out_or_handed_out_and_counted(store: LocalStore, tmp_path: Path) -> None:
    """The report says how many there were and what became of them."""
    records = {PAIRS: [whole_pair("a"), whole_pair("b", outcome="tie", p=0.4, p_tie=0.3)]}
    made = hand_out(store, records, tmp_path / "out", "trl-dpo")
    kept = checkout_layer(store, "main", "v1", tmp_path / "kept", form="trl-dpo", options=Options(ties="keep"))
    assert made.report is not None
    assert kept.report is not None
    assert (made.rows, made.report.ties, made.report.left_out) == (1, (1, 0), {"tie": 1})
    assert (kept.rows, kept.report.ties, kept.report.left_out) == (2, (1, 1), {})
