"""What each trainer's format holds: the rows its trainer reads, field by field, and no column more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from jinja2 import TemplateError

import prefstrata
from prefstrata.model import ConfigError, GateBlockedError, IntegrityError
from prefstrata.stores.local import LocalStore
from prefstrata.trainers import TARGETS, Options, _parting, _workers, checkout_layer
from prefstrata.trainers.nemo_rl import weighted
from tests._releases import Content, publish
from tests.unit.trainers._layers import STRATA, hand_out, rating, thumb, trace, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefstrata.trainers import CheckedOut

    Handed = Callable[[str], tuple[CheckedOut, list[dict[str, Any]]]]

PAIRS, OTHER = "main/pairs/bucket=00.parquet", "main/pairs/bucket=01.parquet"
TALK = [
    {"role": "system", "content": "be kind"},
    {"role": "user", "content": "why?"},
    {"role": "assistant", "content": "why not?"},
    {"role": "user", "content": "so?"},
]
CHAT = {"role", "content"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """An empty store."""
    with LocalStore(tmp_path / "store") as made:
        yield made


def rows(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    """The rows of a split."""
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]


def release() -> dict[str, list[dict[str, Any]]]:
    """A layer with something for everybody."""
    return {
        PAIRS: [whole_pair("a"), whole_pair("b", TALK)],
        "main/unpaired/bucket=00.parquet": [thumb("t", label=True), thumb("u", label=False)],
        "main/traces/bucket=00.parquet": [trace("x", 1, 0)],
        "main/ratings/bucket=00.parquet": [rating("r", "a", 0.25), rating("r", "b", 0.75)],
    }


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


def test_weight_and_p_are_columns_when_asked_for(store: LocalStore, tmp_path: Path) -> None:
    """For the add-on: weight is trust times the factor, p the soft label with a tie counting half."""
    hand_out(store, {PAIRS: [whole_pair("a", p=0.7, p_tie=0.2)]}, tmp_path / "out", "trl-dpo", weights="column")
    [row] = rows(tmp_path / "out")
    assert (row["weight"], row["p"]) == (1.0, 0.8)


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


@pytest.mark.parametrize("files", ["jsonl", "parquet"])
def test_equal_options_give_equal_bytes_and_another_seed_another_order(
    files: str, store: LocalStore, tmp_path: Path
) -> None:
    """The bytes depend on commit, target, options and seed alone."""
    records = {
        PAIRS: [whole_pair(f"a{n}", f"q{n}") for n in range(30)],
        OTHER: [whole_pair(f"b{n}", f"p{n}") for n in range(30)],
    }
    asked: dict[str, Any] = {"files": files, "weights": "resample", "validation": 0.2}
    same: dict[str, Any] = {"form": "trl-dpo", "options": Options(seed=3, **asked)}
    one = hand_out(store, records, tmp_path / "one", "trl-dpo", seed=3, **asked)
    two = checkout_layer(store, "main", "v1", tmp_path / "two", **same)
    other = checkout_layer(store, "main", "v1", tmp_path / "other", form="trl-dpo", options=Options(seed=4, **asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_workers, "_WORKERS", 1)
        alone = checkout_layer(
            store, "main", "v1", tmp_path / "alone", form="trl-dpo", options=Options(seed=3, **asked)
        )
    assert one.files == two.files == alone.files
    assert one.files != other.files


@pytest.mark.parametrize("files", ["jsonl", "parquet"])
def test_another_machine_writes_the_same_bytes(files: str, store: LocalStore, tmp_path: Path) -> None:
    """As far as one machine can be two: other cores, threads, zone, language, home, folder, hash seed, umask."""
    records = {
        path: [whole_pair(f"{path}{n}", f"q{n} ıİ é 😀", 0.6 + n / 100) for n in range(30)] for path in (PAIRS, OTHER)
    }
    asked: dict[str, Any] = {"files": files, "weights": "column", "validation": 0.2, "margin_scale": 0.3, "seed": 5}
    here = hand_out(store, records, tmp_path / "here", "trl-reward", **asked)
    other = tmp_path / "o'ther place"
    for name in ("home", "tmp"):
        (other / name).mkdir(parents=True)
    shutil.copytree(tmp_path / "store", other / "copy")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(prefstrata.__file__).parents[1]),
        "HOME": str(other / "home"),
        "TMPDIR": str(other / "tmp"),
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "POLARS_MAX_THREADS": "1",
        "PYTHONHASHSEED": "7",
    }
    child = Path(__file__).with_name("_elsewhere.py")
    command = [sys.executable, child, other / "copy", other / "out", json.dumps(asked)]
    ended = subprocess.run(command, env=environment, cwd=other, check=True, stdout=subprocess.PIPE, text=True)
    assert json.loads(ended.stdout) == list(here.document()["files"])
    for file in here.files:
        assert (other / "out" / file.path).read_bytes() == (tmp_path / "here" / file.path).read_bytes()


def test_texts_come_through_whatever_they_hold(store: LocalStore, tmp_path: Path) -> None:
    """Quotes, line ends, separators of other alphabets and every control character are text, and a row is one line."""
    hostile = "".join(map(chr, range(1, 160))) + '"\\</script>\u2028\u2029\u0085 é😀 \\u0041 {"a": 1}'
    records = {PAIRS: [whole_pair("a", hostile, chosen=hostile, rejected=f"{hostile}.")]}
    hand_out(store, records, tmp_path / "out", "trl-dpo")
    (line,) = (tmp_path / "out" / "train.jsonl").read_bytes().removesuffix(b"\n").split(b"\n")
    row = json.loads(line)
    assert [row["prompt"][0]["content"], row["chosen"][0]["content"]] == [hostile, hostile]
    assert row["rejected"][0]["content"] == f"{hostile}."


def test_a_system_message_after_the_first_turn_stays_where_it_stands(store: LocalStore, tmp_path: Path) -> None:
    """Before the question it would contradict what was answered; without system prompts it goes like the others."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    publish(store, Content({PAIRS: [whole_pair("a", talk)]}, STRATA))
    for word, asked in (("keep", talk), ("drop", TALK[1:])):
        out = tmp_path / word
        checkout_layer(store, "main", "latest", out, form="trl-dpo", options=Options(system=word))
        assert [row["prompt"] for row in rows(out)] == [asked]


@pytest.mark.parametrize("name", ["ms-swift-dpo", "ms-swift-rm", "llamafactory-sharegpt"])
def test_a_trainer_that_holds_system_prompts_at_the_front_alone_gets_no_later_one(
    name: str, store: LocalStore, tmp_path: Path
) -> None:
    """ms-swift stops at it; the report says how many there were, and without system prompts they fit."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    two = [TALK[0], {"role": "system", "content": "be short"}, *TALK[1:]]
    made = hand_out(store, {PAIRS: [whole_pair("a", talk), whole_pair("b", two)]}, tmp_path / "kept", name)
    assert made.report is not None
    assert (made.rows, made.report.left_out) == (1, {"a system message after the first turn": 1})
    for word, text in (("drop", ""), ("replace", "be brief")):
        asked = Options(system=word, system_prompt=text)
        assert checkout_layer(store, "main", "latest", tmp_path / word, form=name, options=asked).rows == 2


def test_several_system_messages_at_the_front_are_one_system_prompt(store: LocalStore, tmp_path: Path) -> None:
    """So the row fits a format of one question."""
    prompts = [TALK[:2], [TALK[0], *TALK[:2]], TALK]
    records = {PAIRS: [whole_pair(f"{at}", prompt) for at, prompt in enumerate(prompts)]}
    made = hand_out(store, records, tmp_path / "out", "axolotl-bradley-terry")
    assert sorted(row["system"] for row in rows(tmp_path / "out")) == ["be kind", "be kind\n\nbe kind"]
    assert made.report is not None
    assert made.report.left_out == {"the prompt has several turns": 1}


def test_scores_of_answers_to_a_later_system_message_are_left_out(store: LocalStore, tmp_path: Path) -> None:
    """ms-swift's regression reads conversations as its preferences do."""
    talk = [*TALK[:3], {"role": "system", "content": "in French"}, TALK[3]]
    records = {"main/ratings/bucket=00.parquet": [rating("r", "a", 0.5), {**rating("s", "a", 0.5), "prompt": talk}]}
    made = hand_out(store, records, tmp_path / "out", "ms-swift-regression", dimensions=("a",))
    assert made.report is not None
    assert (made.rows, made.report.left_out) == (1, {"a system message after the first turn": 1})


def test_a_system_prompt_is_a_text_whatever_it_holds(store: LocalStore, tmp_path: Path) -> None:
    """Quotes, comments and dollar signs in it are no SQL."""
    text = "it's '' -- $system\n; drop view release.pairs"
    hand_out(store, release(), tmp_path / "out", "trl-dpo", system="replace", system_prompt=text)
    assert {row["prompt"][0]["content"] for row in rows(tmp_path / "out")} == {text}


def test_records_without_a_column_of_today_are_read(store: LocalStore, tmp_path: Path) -> None:
    """A release of another time lacks some: they are null."""
    records = {PAIRS: [{name: value for name, value in whole_pair("a").items() if name != "dimensions"}]}
    made = hand_out(store, records, tmp_path / "out", "trl-dpo")
    assert made.rows == 1


def test_the_order_of_rows_is_mixed_or_that_of_their_ids(store: LocalStore, tmp_path: Path) -> None:
    """Without shuffling, rows stand as the release has them."""
    records = {PAIRS: [whole_pair(f"{n:02d}", f"q{n}") for n in range(50)]}
    hand_out(store, records, tmp_path / "mixed", "nemo-rl-binary")
    checkout_layer(store, "main", "v1", tmp_path / "sorted", form="nemo-rl-binary", options=Options(shuffle=False))
    mixed, ordered = ([row["chosen"] for row in rows(tmp_path / name)] for name in ("mixed", "sorted"))
    assert ordered == sorted(ordered)
    assert mixed != ordered
    assert sorted(mixed) == ordered


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


def test_a_record_without_a_factor_is_no_row_to_train_on(store: LocalStore, tmp_path: Path) -> None:
    """A release that was not made whole gives no folder."""
    with pytest.raises(IntegrityError, match="no factor"):
        hand_out(store, {PAIRS: [whole_pair("a", stratum="rule/online")]}, tmp_path / "out", "trl-dpo")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ties": "maybe"}, "--ties"),
        ({"min_p": 1.5}, "--min-p"),
        ({"validation": 1.0}, "--validation"),
        ({"max_length": 8}, "--max-length"),
        ({"system": "replace"}, "--system-prompt"),
        ({"limits": {"luck": 1}}, "--limit"),
        ({"limits": {"dropped": float("nan")}}, "--limit"),
        ({"limits": {"effective": 2}}, "--limit"),
        ({"min_p": "0.5"}, "--min-p"),
        ({"strict": 1}, "--strict"),
        ({"seed": True}, "--seed"),
        ({"dimensions": "overall"}, "--dimensions"),
        ({"dimensions": ("a,b",)}, "--dimensions"),
        ({"max_characters": -1}, "--max-characters"),
        ({"tie_margin": 0.2}, "--tie-margin"),
        ({"margin_scale": 2.0, "margin": "none"}, "--margin-scale"),
        ({"tokenizer": "folder"}, "--tokenizer"),
        ({"overlong": "drop"}, "--overlong"),
        ({"limits": {"dropped": 0.5}}, "--limit"),
    ],
)
def test_an_option_that_means_nothing_is_refused(options: dict[str, Any], said: str) -> None:
    """The error names the option and what to write."""
    with pytest.raises(ConfigError) as caught:
        Options(**options)
    assert caught.value.where == said
    assert caught.value.todo


@pytest.mark.parametrize(
    ("form", "layer", "options", "said"),
    [
        ("openrlhf-dpo", "main", {"weights": "column"}, "no column for a weight"),
        ("nemo-rl", "main", {"style": "standard"}, "messages only"),
        ("ms-swift-regression", "main", {}, "which dimensions"),
        ("trl-dpo", "backflow", {}, "nothing trains on"),
        ("trl-dpo", "main+main", {}, "twice"),
        ("trl-prm", "main", {}, "reads traces"),
        ("jsonl", "main", {"ties": "keep"}, "as it is"),
        ("trl-dpo", "main", {"good_step": 0.0}, "reads no steps, so this does nothing"),
        ("trl-dpo", "main", {"margin": "none"}, "no column for a margin"),
        ("trl-dpo", "main", {"margin_scale": 3.0}, "no column for a margin"),
        ("trl-dpo", "main", {"dimensions": ("a",)}, "reads no scores"),
        ("trl-reward", "main", {"sides": False}, "reads no single responses beside the sides"),
        ("trl-kto", "main", {"per_prompt": "one"}, "does not hand out pairs"),
        ("trl-prm", "main", {"min_p": 0.6}, "reads no pairs"),
        ("ms-swift-regression", "main", {"dimensions": ("a",), "ties": "keep"}, "reads no pairs"),
        ("trl-dpo", "main", {"min_p": 0.99}, "nothing is left"),
    ],
)
def test_what_does_not_fit_the_target_is_said(  # noqa: PLR0913, PLR0917 - the cases
    form: str, layer: str, options: dict[str, Any], said: str, store: LocalStore, tmp_path: Path
) -> None:
    """And no folder is left."""
    publish(store, Content({PAIRS: [whole_pair("a")], "backflow/pairs/bucket=00.parquet": [whole_pair("b")]}))
    with pytest.raises(ConfigError, match=said):
        checkout_layer(store, layer, "latest", tmp_path / "out", form=form, options=Options(**options))
    assert not (tmp_path / "out").exists()


def test_parquet_rows_are_the_rows_of_jsonl(store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in the same order, a file for each part."""
    monkeypatch.setattr(_parting, "_BYTES", 1)
    records = {PAIRS: [whole_pair("a", "x")], OTHER: [whole_pair("b", "y")]}
    hand_out(store, records, tmp_path / "lines", "trl-dpo")
    made = checkout_layer(store, "main", "v1", tmp_path / "tables", form="trl-dpo", options=Options(files="parquet"))
    assert [file.path for file in made.files] == ["train/00000.parquet", "train/00001.parquet"]
    frames = [pl.read_parquet(tmp_path / "tables" / file.path) for file in made.files]
    assert pl.concat(frames).to_dicts() == rows(tmp_path / "lines")


def test_the_factor_is_that_of_the_records_cell(store: LocalStore, tmp_path: Path) -> None:
    """Since records name their cell, weights.json has a factor for each."""
    records = {PAIRS: [whole_pair("a", cell="one"), whole_pair("b", cell="two")]}
    publish(store, Content(records, cells={"one": 3.0, "two": 0.5}))
    asked = Options(weights="column", shuffle=False)
    checkout_layer(store, "main", "v1", tmp_path / "out", form="trl-dpo", options=asked)
    assert [row["weight"] for row in rows(tmp_path / "out")] == [1.5, 0.25]


class _Strict:
    """A tokenizer whose chat template knows no system prompt, as those of some models; each character is a token."""

    chat_template, eos_token = "strict", "."

    def apply_chat_template(self, conversations: list[list[dict[str, str]]], **_: object) -> dict[str, list[list[int]]]:
        if any(message["role"] == "system" for said in conversations for message in said):
            raise TemplateError("System role not supported")
        return {"input_ids": [[ord(sign) for turn in said for sign in turn["content"]] for said in conversations]}


def test_a_conversation_that_the_chat_template_refuses_is_named(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the template says and what to do; without system prompts the same rows are measured."""
    library = ModuleType("transformers")
    library.AutoTokenizer = SimpleNamespace(from_pretrained=lambda *_, **__: _Strict())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "transformers", library)
    measured: dict[str, Any] = {"max_length": 100, "tokenizer": "models/strict"}
    with pytest.raises(ConfigError) as caught:
        hand_out(store, release(), tmp_path / "out", "trl-dpo", **measured)
    said = "the conversation of b (system, user, assistant, user): System role not supported"
    assert said in caught.value.what
    assert (caught.value.where, "--system drop" in caught.value.todo) == ("models/strict", True)
    assert not (tmp_path / "out").exists()
    asked = Options(system="drop", **measured)
    assert checkout_layer(store, "main", "latest", tmp_path / "out", form="trl-dpo", options=asked).rows == 2
