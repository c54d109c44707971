"""OpenRLHF, LLaMA-Factory, Axolotl and ms-swift: their own loading and preprocessing, unmodified, on checkouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.stores.local import LocalStore
from tests._releases import Content, publish
from tests.integration.trainers.conftest import report_of
from tests.unit.trainers._layers import STRATA, rating, thumb, trace, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytestmark = [pytest.mark.trainers, pytest.mark.slow]
LENGTH = 96
JOBS = {
    "openrlhf-dpo": "openrlhf_dpo",
    "openrlhf-rm": "openrlhf_rm",
    "axolotl-dpo": "axolotl_dpo",
    "axolotl-bradley-terry": "axolotl_bradley_terry",
    "axolotl-stepwise": "axolotl_stepwise",
    "llamafactory-alpaca": "llamafactory_rm",
    "llamafactory-sharegpt": "llamafactory_rm",
    "llamafactory-kto": "llamafactory_kto",
    "ms-swift-dpo": "swift",
    "ms-swift-rm": "swift",
    "ms-swift-regression": "swift",
}


@pytest.fixture(scope="module")
def folder(hand_out: Callable[[Sequence[dict[str, Any]]], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkouts, by name, measured at 96 tokens."""
    made = tmp_path_factory.mktemp("others")
    long = "x" * 100
    records = {
        "main/pairs/bucket=00.parquet": [
            *(whole_pair(f"p{n}", f"why {n}?") for n in range(5)),
            whole_pair("dropped", f"dropped {long}"),
            whole_pair("room", "r" * 90, chosen="a", rejected="b"),
            whole_pair("no-room", "n" * 91, chosen="a", rejected="b"),
            whole_pair("cut", "cut?", chosen=f"a{long}", rejected=f"b{long}"),
            whole_pair("same", "same?", chosen=f"{long}a", rejected=f"{long}b"),
        ],
        "main/unpaired/bucket=00.parquet": [thumb("t", label=True)],
        "main/traces/bucket=00.parquet": [trace("x", 1, 0), trace("y", 0, 1)],
        "main/ratings/bucket=00.parquet": [rating("r", "a", 0.25), rating("r", "b", 0.75)],
    }
    with LocalStore(made / "store") as store:
        publish(store, Content(records, STRATA))
    shared = {"layer": "main", "store": made / "store", "max_length": LENGTH}
    heads = {"ms-swift-regression": {"dimensions": ("b", "a")}}
    hand_out([{**shared, **heads.get(name, {}), "trainer": name, "out": made / name} for name in JOBS])
    return made


@pytest.fixture(scope="module")
def found(folder: Path, trainers: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What each made of its checkout."""
    jobs = {name: (what, folder / name, LENGTH) for name, what in JOBS.items()}
    return trainers("_others_child.py", jobs, apart=True)


@pytest.mark.parametrize("name", JOBS)
def test_it_reads_every_row(name: str, folder: Path, found: dict[str, Any]) -> None:
    """None is refused, and none dropped but for its length."""
    assert found[name]["given"] == report_of(folder / name)["rows"] > 0
    assert found[name]["given"] - found[name]["kept"] == (2 if name == "openrlhf-dpo" else 0)


@pytest.mark.parametrize("name", ["openrlhf-dpo", "openrlhf-rm"])
def test_openrlhf_does_at_its_length_what_the_report_says(name: str, folder: Path, found: dict[str, Any]) -> None:
    """Rows dropped, and pairs that are the same on both sides once cut."""
    said = report_of(folder / name)["length"]
    assert (said["dropped"], said["same"]) == (found[name]["given"] - found[name]["kept"], found[name]["same"])
    assert found[name]["same"] > 0


@pytest.mark.parametrize("name", ["llamafactory-alpaca", "llamafactory-sharegpt", "llamafactory-kto"])
def test_llamafactory_finds_the_rows_by_its_dataset_info(name: str, found: dict[str, Any]) -> None:
    """And cuts them at its length without dropping any."""
    assert found[name]["longest"] <= LENGTH
    assert found[name]["tags"] == ([False, True] if name == "llamafactory-kto" else [])


def test_openrlhf_reads_the_margin(found: dict[str, Any]) -> None:
    """Reward models get it with the row."""
    assert found["openrlhf-rm"]["extras"] == [0.7]


def test_axolotl_renders_prompt_and_sides(found: dict[str, Any]) -> None:
    """By the tokenizer's chat template."""
    made = found["axolotl-dpo"]
    assert made["columns"] == ["chosen", "prompt", "rejected"]
    assert {row["prompt"].rpartition("</s>")[2] for row in made["rows"]} == {"<assistant>"}
    assert [row["chosen"] for row in made["rows"] if "why 1?" in row["prompt"]] == ["good p1</s>"]


def test_axolotl_mistakes_an_answer_that_its_dummy_message_contains(found: dict[str, Any]) -> None:
    """As the docs say: it looks for the answer's text behind a message of its own, and "a" stands in that already."""
    assert [row["chosen"] for row in found["axolotl-dpo"]["rows"] if "rrr" in row["prompt"]] == [
        "age]]</s><assistant>a</s>"
    ]


def test_ms_swift_keeps_its_columns(found: dict[str, Any]) -> None:
    """Margin and scores are among them."""
    assert "margin" in found["ms-swift-rm"]["columns"]
    assert found["ms-swift-regression"]["first"]["label"] == [0.75, 0.25]
