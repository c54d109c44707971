"""TRL itself, unmodified, on checkouts: what it reads, what it drops, what it learns."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.stores.local import LocalStore
from tests._releases import Content, publish
from tests.integration.trainers.conftest import HERE, PYTHON, ROOT
from tests.unit.trainers._layers import STRATA, thumb, trace, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.trl, pytest.mark.slow]
LENGTH = 64
WEIGHTS = ("--weights", "column")
MEASURED = ("trl-dpo", "trl-kto", "trl-reward", "trl-prm")


def _records() -> dict[str, list[dict[str, Any]]]:
    """Pairs, thumbs and traces that meet each case at 64 tokens of a byte: kept, cut, cut to the same, dropped."""
    long = "x" * 80
    pairs = [
        *(whole_pair(f"p{n}", f"why {n}?", trust=0.3 + n / 50) for n in range(12)),
        *(whole_pair(f"cut{n}", f"cut {n}?", chosen=f"a{n} {long}", rejected=f"b{n} {long}") for n in range(3)),
        *(whole_pair(f"same{n}", f"same {n}?", chosen=f"{long} a", rejected=f"{long} b") for n in range(2)),
        *(whole_pair(f"dropped{n}", f"dropped {n} {long}") for n in range(4)),
    ]
    thumbs = [thumb(f"t{n}", label=n % 2 == 0) for n in range(6)]
    traces = [*(trace(f"x{n}", 1, 0, 1) for n in range(5)), trace("long", *([1.0] * 12))]
    return {
        "main/pairs/bucket=00.parquet": pairs,
        "main/unpaired/bucket=00.parquet": thumbs,
        "main/traces/bucket=00.parquet": traces,
    }


@pytest.fixture(scope="module")
def checkouts(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout for each trainer, measured by the command in an environment that has transformers."""
    folder = tmp_path_factory.mktemp("trl")
    with LocalStore(folder / "store") as store:
        publish(store, Content(_records(), STRATA))
    code = "import json, sys, prefstrata\nfor job in json.loads(sys.argv[1]): prefstrata.checkout('main', **job)"
    shared = {"store": str(folder / "store"), "max_length": LENGTH, "tokenizer": str(tokenizer)}
    jobs = [{**shared, "trainer": name, "out": str(folder / name)} for name in MEASURED]
    jobs += [
        {**shared, "trainer": name, "out": str(folder / f"{name}-w"), "weights": "column"}
        for name in ("trl-dpo", "trl-reward")
    ]
    done = subprocess.run(
        [PYTHON, "-c", code, json.dumps(jobs)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert (HERE / "_trl_child.py").is_file()
    return folder


@pytest.fixture(scope="module")
def found(checkouts: Path, trainers: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What TRL did with each."""
    jobs = {
        "dpo": ("dpo", checkouts / "trl-dpo", LENGTH),
        "kto": ("kto", checkouts / "trl-kto", LENGTH),
        "reward": ("reward", checkouts / "trl-reward", LENGTH),
        "weighted_dpo": ("weighted_dpo", checkouts / "trl-dpo-w", LENGTH),
        "weighted_reward": ("weighted_reward", checkouts / "trl-reward-w", LENGTH),
    }
    made = trainers("_trl_child.py", jobs)
    made |= trainers("_trl_child.py", {"prm": ("prm", checkouts / "trl-prm", LENGTH)}, apart=True)
    return made


def length_of(checkouts: Path, name: str) -> dict[str, Any]:
    """What the loss report of a checkout says of the trainer's length."""
    report = json.loads((checkouts / name / "checkout.json").read_text("utf-8"))["report"]
    return {"rows": report["rows"], **report["length"]}


@pytest.mark.parametrize("name", ["dpo", "kto", "reward", "prm"])
def test_ten_steps_of_training_move_the_model(name: str, found: dict[str, Any]) -> None:
    """Its own loading, preprocessing, collating and training read the rows as they are."""
    assert found[name]["steps"] == 10
    assert found[name]["moved"]
    assert len(found[name]["losses"]) == 10
    assert all(loss == loss for loss in found[name]["losses"])  # noqa: PLR0124 - not a number is unequal to itself


@pytest.mark.parametrize("name", ["dpo", "kto", "reward", "prm"])
def test_it_drops_the_rows_that_the_report_says(name: str, checkouts: Path, found: dict[str, Any]) -> None:
    """Rows given, kept and dropped are those predicted."""
    said = length_of(checkouts, f"trl-{name}")
    assert found[name]["given"] == said["rows"]
    assert found[name]["given"] - found[name]["kept"] == said["dropped"]
    assert said["dropped"] == {"dpo": 4, "kto": 8, "reward": 9, "prm": 0}[name]


def test_the_pairs_that_are_the_same_once_cut_are_those_predicted(checkouts: Path, found: dict[str, Any]) -> None:
    """Counted in the batches that TRL makes."""
    assert found["dpo"]["same"] == length_of(checkouts, "trl-dpo")["same"] == 2
    assert found["reward"]["same"] == length_of(checkouts, "trl-reward")["same"] == 0


def test_steps_are_cut_where_the_report_says(checkouts: Path, found: dict[str, Any]) -> None:
    """PRM cuts, and drops nothing."""
    assert found["prm"]["longest"] == LENGTH
    assert length_of(checkouts, "trl-prm")["cut"] == 6


def test_the_margin_reaches_the_reward_trainer(found: dict[str, Any]) -> None:
    """It is in the batch."""
    assert found["reward"]["margin"]


@pytest.mark.parametrize("name", ["weighted_dpo", "weighted_reward"])
def test_weights_scale_the_gradient(name: str, found: dict[str, Any]) -> None:
    """Weight 0 has none, weight 2 twice that of weight 1, and weight 1 with a sure label is TRL's own."""
    made = found[name]
    assert made["of_one"] > 0
    assert made["of_none"] == 0
    assert made["of_two"] == pytest.approx(2, rel=1e-6)
    assert made["two_apart"] == pytest.approx(0, abs=1e-6)
    if name == "weighted_dpo":
        assert made["plain_apart"] == pytest.approx(0, abs=1e-4)
        assert made["loss"] == pytest.approx(made["plain_loss"], abs=1e-4)


@pytest.mark.parametrize("name", ["weighted_dpo", "weighted_reward"])
def test_p_is_a_soft_label(name: str, found: dict[str, Any]) -> None:
    """The gradient at p = 0.7 is 0.7 of the pair's own and 0.3 of the pair's turned round."""
    assert found[name]["soft_apart"] == pytest.approx(0, abs=1e-5)
    assert found[name]["columns"] == ["p", "weight"]
    assert found[name]["steps"] == 10
