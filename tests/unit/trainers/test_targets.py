"""What each trainer's format holds: the rows its trainer reads, field by field, and no column more."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.stores.local import LocalStore
from prefstrata.trainers import TARGETS, Options, _parting, checkout_layer
from prefstrata.trainers.nemo_rl import weighted
from tests._releases import Content, publish
from tests.unit.trainers._layers import PAIRS, STRATA, TALK, hand_out, rating, release, rows, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prefstrata.trainers import CheckedOut

    Handed = Callable[[str], tuple[CheckedOut, list[dict[str, Any]]]]

CHAT = {"role", "content"}


def heads_of(name: str) -> dict[str, Any]:
    """The dimensions, for a target that takes some."""
    return {"dimensions": ("b", "a")} if "ratings" in TARGETS[name].reads else {}


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    """What a target makes of a layer with something for everybody, and its rows; each is checked out once."""
    folder = tmp_path_factory.mktemp("handed")
    with LocalStore(folder / "store") as made:
        publish(made, Content(release(), STRATA))

        @cache
        def checked_out(name: str) -> tuple[CheckedOut, list[dict[str, Any]]]:
            out = checkout_layer(made, "main", "v1", folder / name, form=name, options=Options(**heads_of(name)))
            return out, rows(folder / name)

        yield checked_out


@pytest.mark.parametrize("name", TARGETS)
def test_rows_have_the_columns_of_their_trainer_and_no_other(name: str, handed: Handed) -> None:
    """A column more stops some trainers and vanishes in others."""
    made, found = handed(name)
    target = TARGETS[name]
    margin = (target.margin,) if target.margin else ()
    assert found
    assert {tuple(row) for row in found} == {(*target.columns, *margin)}
    assert made.report is not None
    assert made.report.records == made.report.handed_out + sum(made.report.left_out.values())
    assert all(value is not None for row in found for value in row.values())


@pytest.mark.parametrize("name", ["trl-dpo", "openrlhf-dpo", "openrlhf-rm"])
def test_prompt_ends_on_the_user_and_sides_only_continue_it(name: str, handed: Handed) -> None:
    """FORMATS: lists of role and content; chosen and rejected hold the continuation alone."""
    for row in handed(name)[1]:
        assert row["prompt"][-1]["role"] == "user"
        assert [list(CHAT) and message["role"] for message in row["chosen"] + row["rejected"]] == ["assistant"] * 2
        assert all(set(message) == CHAT for message in row["prompt"] + row["chosen"] + row["rejected"])


@pytest.mark.parametrize("name", ["trl-reward", "open-instruct-dpo"])
def test_whole_conversations_differ_in_the_last_message(name: str, handed: Handed) -> None:
    """FORMATS: full message lists; the prompt is what both share."""
    for row in handed(name)[1]:
        assert row["chosen"][:-1] == row["rejected"][:-1]
        assert row["chosen"][-1] != row["rejected"][-1]
        assert row["chosen"][-1]["role"] == "assistant"


def test_trl_kto_reads_thumbs_and_sides(store: LocalStore, tmp_path: Path) -> None:
    """FORMATS: prompt, completion, label as a true boolean."""
    hand_out(store, release(), tmp_path / "out", "trl-kto", style="standard")
    found = {row["completion"]: row["label"] for row in rows(tmp_path / "out")}
    assert found == {
        " answer t": True,
        " answer u": False,
        " good a": True,
        " bad a": False,
        " good b": True,
        " bad b": False,
    }


@pytest.mark.parametrize("name", ["trl-prm", "axolotl-stepwise"])
def test_steps_have_a_label_each(name: str, handed: Handed) -> None:
    """FORMATS: prompt as text, as many labels as completions, labels true booleans."""
    [row] = handed(name)[1]
    assert row["prompt"] == "User: solve x\n\nAssistant: "
    assert row["completions"] == ["step 0 of x", "step 1 of x"]
    assert row["labels"] == [True, False]


def test_llamafactory_alpaca_holds_texts_and_names_its_columns(store: LocalStore, tmp_path: Path) -> None:
    """FORMATS: instruction, input, chosen, rejected as text; dataset_info.json names each; several turns do not fit."""
    made = hand_out(store, release(), tmp_path / "out", "llamafactory-alpaca", validation=0.0)
    [row] = rows(tmp_path / "out")
    assert all(isinstance(value, str) for value in row.values())
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text("utf-8"))["prefstrata_train"]
    assert (info["file_name"], info["ranking"]) == ("train.jsonl", True)
    assert set(info["columns"].values()) == set(row)
    assert made.report is not None
    assert made.report.left_out == {"the prompt has several turns": 1}


def test_llamafactory_sharegpt_has_odd_turns_and_sides_of_one_message(handed: Handed) -> None:
    """FORMATS: conversations odd in number, human and gpt in turn; chosen and rejected one message each."""
    for row in handed("llamafactory-sharegpt")[1]:
        speakers = [turn["from"] for turn in row["conversations"]]
        assert len(speakers) % 2 == 1
        assert speakers == ["human", "gpt"] * (len(speakers) // 2) + ["human"]
        assert (row["chosen"]["from"], row["rejected"]["from"]) == ("gpt", "gpt")


def test_llamafactory_kto_has_even_turns_and_a_boolean(handed: Handed) -> None:
    """FORMATS: kto_tag is a true boolean; the response ends the conversation."""
    _, found = handed("llamafactory-kto")
    assert all(len(row["conversations"]) % 2 == 0 and row["conversations"][-1]["from"] == "gpt" for row in found)
    assert {row["kto_tag"] for row in found} == {True, False}


def test_axolotl_has_messages_beside_single_ones(handed: Handed) -> None:
    """FORMATS: messages, chosen and rejected as one message."""
    for row in handed("axolotl-dpo")[1]:
        assert row["messages"][-1]["role"] == "user"
        assert set(row["chosen"]) == set(row["rejected"]) == CHAT


def test_axolotl_bradley_terry_always_has_the_system_key(store: LocalStore, tmp_path: Path) -> None:
    """FORMATS: system must exist in every row, empty when there is none."""
    records = {PAIRS: [whole_pair("a"), whole_pair("b", TALK[:2])]}
    hand_out(store, records, tmp_path / "out", "axolotl-bradley-terry")
    assert sorted(row["system"] for row in rows(tmp_path / "out")) == ["", "be kind"]


def test_nemo_rl_ranks_two_completions_apart(store: LocalStore, tmp_path: Path) -> None:
    """FORMATS: exactly two, the lower rank the better, never equal."""
    hand_out(store, release(), tmp_path / "out", "nemo-rl", weights="column")
    for row in rows(tmp_path / "out"):
        assert [each["rank"] for each in row["completions"]] == [0, 1]
        assert row["completions"][0]["completion"][0]["content"].startswith("good")
        assert row["loss_multiplier"] == 1.0


def test_nemo_rl_keeps_the_weight_of_a_row_through_its_processor() -> None:
    """NeMo-RL's own preprocessor sets one, or zero for a pair that is too long; the row's weight multiplies that."""

    def stock(datum: dict[str, Any], limit: int) -> dict[str, Any]:
        return {"loss_multiplier": 0.0 if datum["length"] > limit else 1.0}

    assert weighted(stock)({"length": 3, "loss_multiplier": 0.25}, 5) == {"loss_multiplier": 0.25}
    assert weighted(stock)({"length": 9, "loss_multiplier": 0.25}, 5) == {"loss_multiplier": 0.0}
    assert weighted(stock)({"length": 3}, 5) == {"loss_multiplier": 1.0}


def test_ms_swift_ends_on_the_better_answer(store: LocalStore, tmp_path: Path) -> None:
    """FORMATS: messages and rejected_response, which must differ; margin for reward models."""
    hand_out(store, release(), tmp_path / "out", "ms-swift-rm", margin_scale=2.0)
    for row in rows(tmp_path / "out"):
        assert row["messages"][-1]["content"].startswith("good")
        assert row["rejected_response"].startswith("bad")
        assert row["margin"] == pytest.approx(2 * 0.7)


def test_scores_stand_in_the_order_asked_for(handed: Handed) -> None:
    """FORMATS: label is a list of numbers, one per head."""
    assert heads_of("ms-swift-regression") == {"dimensions": ("b", "a")}
    assert [row["label"] for row in handed("ms-swift-regression")[1]] == [[0.75, 0.25]]


def test_scores_of_a_response_meet_across_files_and_layers(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in files of different days, and in layers of different trust; each response counts once."""
    monkeypatch.setattr(_parting, "_BYTES", 4000)
    names = [f"{at:02d}" for at in range(12)]
    scored = [
        [rating(name, dimension, 0.5) for name in names if name != gap] for dimension, gap in (("a", ""), ("b", "07"))
    ]
    records = {
        "main/ratings/bucket=00.parquet": scored[0][:6],
        "main/ratings/bucket=01.parquet": scored[1][:6],
        "weak/ratings/bucket=00.parquet": scored[0][6:] + scored[1][6:],
    }
    made = hand_out(store, records, tmp_path / "out", "ms-swift-regression", "main+weak", dimensions=("a", "b"))
    found = rows(tmp_path / "out")
    assert sorted(row["messages"][-1]["content"] for row in found) == [
        f"answer {name}" for name in names if name != "07"
    ]
    assert made.report is not None
    assert (made.report.records, dict(made.report.left_out)) == (12, {"a dimension has no score": 1})
