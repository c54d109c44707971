"""OpenRLHF, Axolotl and ms-swift: their own loading and preprocessing, unmodified, on checkouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.stores.local import LocalStore
from prefstrata.trainers import Options, checkout_layer
from tests._releases import Content, publish
from tests.unit.trainers._layers import STRATA, rating, trace, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.trl, pytest.mark.slow]
LENGTH = 96
JOBS = {
    "openrlhf-dpo": "openrlhf_dpo",
    "openrlhf-rm": "openrlhf_rm",
    "axolotl-dpo": "axolotl_dpo",
    "axolotl-bradley-terry": "axolotl_bradley_terry",
    "axolotl-stepwise": "axolotl_stepwise",
    "ms-swift-dpo": "swift",
    "ms-swift-rm": "swift",
    "ms-swift-regression": "swift",
}


@pytest.fixture(scope="module")
def found(trainers: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each made of its checkout."""
    folder = tmp_path_factory.mktemp("others")
    records = {
        "main/pairs/bucket=00.parquet": [
            *(whole_pair(f"p{n}", f"why {n}?") for n in range(5)),
            whole_pair("dropped", f"dropped {'x' * 100}"),
        ],
        "main/traces/bucket=00.parquet": [trace("x", 1, 0), trace("y", 0, 1)],
        "main/ratings/bucket=00.parquet": [rating("r", "a", 0.25), rating("r", "b", 0.75)],
    }
    with LocalStore(folder / "store") as store:
        publish(store, Content(records, STRATA))
        for name in JOBS:
            asked = Options(dimensions=("b", "a"))
            checkout_layer(store, "main", "latest", folder / name, form=name, options=asked, layer_only=True)
    return trainers(
        "_others_child.py", {name: (what, folder / name, LENGTH) for name, what in JOBS.items()}, apart=True
    )


@pytest.mark.parametrize("name", JOBS)
def test_it_reads_every_row(name: str, found: dict[str, Any]) -> None:
    """None is refused; only OpenRLHF's DPO drops the pair whose prompt fills its length."""
    assert found[name]["given"] > 0
    assert found[name]["given"] - found[name]["kept"] == (1 if name == "openrlhf-dpo" else 0)


def test_openrlhf_reads_the_margin(found: dict[str, Any]) -> None:
    """Reward models get it with the row."""
    assert found["openrlhf-rm"]["extras"] == [0.7]


def test_axolotl_renders_prompt_and_sides(found: dict[str, Any]) -> None:
    """By the tokenizer's chat template."""
    first = found["axolotl-dpo"]["first"]
    assert first["prompt"].endswith("<assistant>")
    assert first["chosen"].startswith("good ")
    assert found["axolotl-dpo"]["columns"] == ["chosen", "prompt", "rejected"]


def test_ms_swift_keeps_its_columns(found: dict[str, Any]) -> None:
    """Margin and scores are among them."""
    assert "margin" in found["ms-swift-rm"]["columns"]
    assert found["ms-swift-regression"]["first"]["label"] == [0.75, 0.25]
