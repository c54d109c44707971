"""The neutral formats: every record once, with its weight, in bytes that depend on the release alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.trainers import FORMATS, checkout_layer
from tests._releases import Content, pair, publish

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.stores.local import LocalStore

FIRST, SECOND = "main/pairs/bucket=00.parquet", "main/pairs/bucket=01.parquet"
OTHER, WAITING = "main/ratings/bucket=00.parquet", "backflow/pairs/bucket=00.parquet"
STRATA = (
    {"scenario": "*", "stratum": "crowd/offline", "factor": 2.0},
    {"scenario": "*", "stratum": "user/online", "factor": 0.5},
    {"scenario": "medical", "stratum": "crowd/offline", "factor": 3.0},
)


def rows(folder: Path, kind: str = "pairs") -> list[dict[str, object]]:
    """The records of a checkout, whatever its format."""
    if (folder / f"{kind}.jsonl").exists():
        return [json.loads(line) for line in (folder / f"{kind}.jsonl").read_bytes().splitlines()]
    return pl.concat([pl.read_parquet(path) for path in sorted(folder.glob(f"{kind}-*.parquet"))]).to_dicts()


@pytest.mark.parametrize("form", FORMATS)
def test_weight_is_trust_times_the_factor_of_the_governing_policy(form: str, store: LocalStore, tmp_path: Path) -> None:
    """A scenario with factors of its own uses them; every other one uses the rest's."""
    records = [
        pair("a", trust=0.5),
        pair("b", trust=0.25, stratum="user/online"),
        pair("c", trust=0.5, scenario="medical"),
        pair("d", trust=0.1, scenario="no policy names it"),
    ]
    publish(store, Content({FIRST: records}, STRATA))
    checkout_layer(store, "main", "latest", tmp_path / "out", form=form)
    found = rows(tmp_path / "out")
    assert [row["weight"] for row in found] == [0.5 * 2, 0.25 * 0.5, 0.5 * 3, 0.1 * 2]
    assert [row["trust"] for row in found] == [0.5, 0.25, 0.5, 0.1]


@pytest.mark.parametrize("form", FORMATS)
def test_weight_is_trust_times_the_factor_of_the_cell(form: str, store: LocalStore, tmp_path: Path) -> None:
    """A record names its cell, and weights.json the cell's factor, which may be 0."""
    records = [pair("a", trust=0.5, cell="c1"), pair("b", trust=0.25, cell="c0"), pair("c", trust=0.5, cell="c2")]
    publish(store, Content({FIRST: records}, cells={"c0": 0.0, "c1": 2.0, "c2": 0.3}))
    checkout_layer(store, "main", "latest", tmp_path / "out", form=form)
    assert [row["weight"] for row in rows(tmp_path / "out")] == [0.5 * 2, 0, 0.5 * 0.3]


@pytest.mark.parametrize("cell", ["c9", None])
def test_a_cell_without_a_factor_is_no_weight_to_train_on(cell: str | None, store: LocalStore, tmp_path: Path) -> None:
    """A cell that weights.json does not know, and none at all, leave no folder."""
    records = [pair("a", cell="c1"), pair("b", cell=cell)]
    publish(store, Content({FIRST: records}, cells={"c1": 2.0}))
    with pytest.raises(IntegrityError, match=f"the cell {cell!r}"):
        checkout_layer(store, "main", "latest", tmp_path / "out", form="jsonl")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_a_missing_factor_is_no_weight_to_train_on(form: str, store: LocalStore, tmp_path: Path) -> None:
    """A record that is trained on must have a weight: without a factor there is no folder."""
    publish(store, Content({FIRST: [pair("a", scenario="medical", stratum="user/online")]}, STRATA))
    with pytest.raises(IntegrityError, match="user/online in medical"):
        checkout_layer(store, "main", "latest", tmp_path / "out", form=form)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_backflow_has_no_weights(form: str, store: LocalStore, tmp_path: Path) -> None:
    """What waits for people carries no weight, so nothing trains on it by accident."""
    publish(store, Content({WAITING: [pair("a"), pair("b", scenario="medical", stratum="user/online")]}, STRATA))
    checkout_layer(store, "backflow", "latest", tmp_path / "out", form=form)
    assert [row["weight"] for row in rows(tmp_path / "out")] == [None, None]


@pytest.mark.parametrize("form", FORMATS)
def test_records_come_whole_in_order_and_the_same_twice(form: str, store: LocalStore, tmp_path: Path) -> None:
    """Every record of every file and kind of the layer, none of another; twice the same bytes."""
    release = {
        FIRST: [pair("c", chosen='tab\t, quote ", newline\n, \u2028 and 你好'), pair("a")],
        SECOND: [pair("d"), pair("b")],
        OTHER: [{"record_id": "r", "scenario": "general", "stratum": "crowd/offline", "trust": 1.0, "score": 0.1}],
        WAITING: [pair("x")],
    }
    publish(store, Content(release, STRATA))
    for name in ("one", "two"):
        made = checkout_layer(store, "main", "v1", tmp_path / name, form=form)
    found = rows(tmp_path / "one")
    assert [row["pair_id"] for row in found] == ["a", "c", "b", "d"]
    assert found[1]["chosen"] == 'tab\t, quote ", newline\n, \u2028 and 你好'
    assert [row["score"] for row in rows(tmp_path / "one", "ratings")] == [0.1]
    assert (made.rows, sum(file.rows for file in made.files)) == (5, 5)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_checkout_stays_with_the_release_it_resolved(store: LocalStore, tmp_path: Path) -> None:
    """A release published while a checkout runs changes nothing in it."""
    publish(store, Content({FIRST: [pair("a")]}, STRATA))

    def meanwhile(_: str) -> None:
        if len(store.tags()) == 1:
            publish(store, Content({FIRST: [pair("b")]}, STRATA))

    made = checkout_layer(store, "main", "latest", tmp_path / "out", form="jsonl", progress=meanwhile)
    assert made.tag == "v000001"
    assert [row["pair_id"] for row in rows(tmp_path / "out")] == ["a"]


@pytest.mark.parametrize(
    ("layer", "form", "said"),
    [("silver", "jsonl", "no layer"), ("golden", "jsonl", "no records"), ("main", "csv", "no format")],
)
def test_what_is_not_there_is_said(layer: str, form: str, said: str, store: LocalStore, tmp_path: Path) -> None:
    """An unknown layer, an empty one and an unknown format each say what there is instead, and leave no folder."""
    publish(store, Content({FIRST: [pair("a")]}, STRATA))
    with pytest.raises(ConfigError, match=said) as caught:
        checkout_layer(store, layer, "latest", tmp_path / "out", form=form)
    assert caught.value.todo
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("layer", "said", "todo"),
    [
        ("gold", "there is no layer 'gold' in v000001: did you mean golden?", "write one of golden, expert, main, "),
        ("silver", "there is no layer 'silver' in v000001", "write one of golden, expert, main, "),
        ("v1", "v1 is a release, not a layer", "write LAYER@v1, such as golden@v1"),
        ("latest", "latest is a release, not a layer", "write LAYER@latest, such as golden@latest"),
    ],
)
def test_what_was_meant_by_a_layer_is_said(layer: str, said: str, todo: str, store: LocalStore, tmp_path: Path) -> None:
    """With the release by its tag: nobody wrote `latest`."""
    publish(store, Content({FIRST: [pair("a")]}, STRATA))
    with pytest.raises(ConfigError) as caught:
        checkout_layer(store, layer, "latest", tmp_path / "out", form="jsonl")
    assert (caught.value.what, caught.value.where) == (said, "")
    assert caught.value.todo.startswith(todo)
