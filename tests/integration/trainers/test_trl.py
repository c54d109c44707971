"""TRL itself, unmodified, on checkouts: what it reads, what it drops, what it learns.

TRL 1.16 trains DPO, KTO and reward models, TRL 1.13 process rewards (the last with a PRMTrainer) and DPO once more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.stores.local import LocalStore
from tests._releases import Content, publish
from tests.integration.trainers.conftest import report_of
from tests.unit.trainers._layers import STRATA, thumb, trace, whole_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytestmark = [pytest.mark.trainers, pytest.mark.slow]

LENGTH = 64
MADE = {
    "dpo": ("dpo", {"trainer": "trl-dpo"}),
    "kto": ("kto", {"trainer": "trl-kto"}),
    "reward": ("reward", {"trainer": "trl-reward"}),
    "prm": ("prm", {"trainer": "trl-prm"}),
    "dpo-1.13": ("dpo", {"trainer": "trl-dpo"}),
    "dpo-texts": ("dpo", {"trainer": "trl-dpo", "style": "standard"}),
    "kto-texts": ("kto", {"trainer": "trl-kto", "style": "standard"}),
    "reward-texts": ("reward", {"trainer": "trl-reward", "style": "standard"}),
    "weighted-dpo": ("weighted_dpo", {"trainer": "trl-dpo", "weights": "column"}),
    "weighted-reward": ("weighted_reward", {"trainer": "trl-reward", "weights": "column"}),
}
"""Checkouts of records made to meet each case, measured at 64 tokens."""

DEMO_LENGTH = 512
DEMO = {
    "demo-dpo": ("dpo", "golden+main", "trl-dpo"),
    "demo-kto": ("kto", "weak", "trl-kto"),
    "demo-reward": ("reward", "golden+main", "trl-reward"),
    "demo-prm": ("prm", "expert", "trl-prm"),
}
OLD = ("prm", "dpo-1.13", "demo-prm")


def _records() -> dict[str, list[dict[str, Any]]]:
    """Pairs, thumbs and traces that meet each case at 64 tokens: kept, cut, cut to the same, dropped, and each edge.

    Of messages, a prompt of n characters is n + 3 tokens, and a whole conversation that, the answer and an end token.
    """
    long = "x" * 80
    pairs = [
        *(whole_pair(f"p{n}", f"why {n}?", trust=0.3 + n / 50) for n in range(12)),
        *(whole_pair(f"cut{n}", f"cut {n}?", chosen=f"a{n} {long}", rejected=f"b{n} {long}") for n in range(3)),
        *(whole_pair(f"same{n}", f"same {n}?", chosen=f"{long} a", rejected=f"{long} b") for n in range(2)),
        *(whole_pair(f"dropped{n}", f"dropped {n} {long}") for n in range(4)),
        whole_pair("one-left", f"{'y' * 60}", chosen="a", rejected="b"),
        whole_pair("one-left-alike", f"{'z' * 60}", chosen="ab", rejected="ac"),
        whole_pair("none-left", f"{'w' * 61}", chosen="a", rejected="b"),
        whole_pair("fits", "fits?", chosen="a" * 55, rejected="b"),
        whole_pair("too-long-by-one", "too?!", chosen="c" * 56, rejected="d"),
        whole_pair("blank", "blank?", chosen="  spaced", rejected=": marked"),
        whole_pair("ended", "ended?", chosen="said</s>", rejected="unsaid"),
    ]
    thumbs = [thumb(f"t{n}", label=n % 2 == 0) for n in range(6)]
    traces = [
        *(trace(f"x{n}", 1, 0, 1) for n in range(5)),
        *(trace(f"xy{n}", 1, 0, 1) for n in range(3)),
        trace("long", *([1.0] * 12)),
    ]
    return {
        "main/pairs/bucket=00.parquet": pairs,
        "main/unpaired/bucket=00.parquet": thumbs,
        "main/traces/bucket=00.parquet": traces,
    }


@pytest.fixture(scope="module")
def folder(
    hand_out: Callable[[Sequence[dict[str, Any]]], None], demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The checkouts, by name."""
    made = tmp_path_factory.mktemp("trl")
    with LocalStore(made / "store") as store:
        publish(store, Content(_records(), STRATA))
    crafted = {"layer": "main", "store": made / "store", "max_length": LENGTH}
    jobs = [{**crafted, **options, "out": made / name} for name, (_, options) in MADE.items()]
    jobs += [
        {"layer": layer, "project": demo, "trainer": trainer, "max_length": DEMO_LENGTH, "out": made / name}
        for name, (_, layer, trainer) in DEMO.items()
    ]
    hand_out(jobs)
    return made


@pytest.fixture(scope="module")
def found(folder: Path, trainers: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What TRL did with each."""
    jobs = {name: (what, folder / name, LENGTH) for name, (what, _) in MADE.items()}
    jobs |= {name: (what, folder / name, DEMO_LENGTH) for name, (what, _, _) in DEMO.items()}
    new = {name: job for name, job in jobs.items() if name not in OLD}
    old = {name: job for name, job in jobs.items() if name in OLD}
    return trainers("_trl_child.py", new) | trainers("_trl_child.py", old, apart=True)


@pytest.mark.parametrize("name", [*MADE, *DEMO])
def test_ten_steps_of_training_move_the_model(name: str, found: dict[str, Any]) -> None:
    """TRL's own loading, preprocessing, collating and training take the rows as they are."""
    assert found[name]["steps"] == 10
    assert found[name]["moved"]
    assert len(found[name]["losses"]) == 10
    assert all(map(math.isfinite, found[name]["losses"]))


@pytest.mark.parametrize("name", [*MADE, *DEMO])
def test_the_trainer_does_at_its_length_what_the_report_says(name: str, folder: Path, found: dict[str, Any]) -> None:
    """Rows dropped, rows cut, and pairs that are the same on both sides once cut."""
    said, did = report_of(folder / name), found[name]
    assert did["given"] == said["rows"]
    assert (did["given"] - did["kept"], did["cut"], did["same"]) == tuple(
        said["length"][what] for what in ("dropped", "cut", "same")
    )
    assert did["longest"] <= (LENGTH if name in MADE else DEMO_LENGTH)
    assert said["length"]["run"]


@pytest.mark.parametrize(
    ("name", "dropped", "cut", "same"),
    [
        ("dpo", 5, 8, 3),
        ("dpo-texts", 7, 7, 2),
        ("kto", 10, 15, 0),
        ("reward", 13, 0, 0),
        ("prm", 0, 4, 0),
    ],
)
def test_the_made_records_meet_each_case(name: str, dropped: int, cut: int, same: int, found: dict[str, Any]) -> None:
    """Otherwise the predictions would be tested on nothing."""
    did = found[name]
    assert (did["given"] - did["kept"], did["cut"], did["same"]) == (dropped, cut, same)


def test_the_margin_reaches_the_reward_trainer(found: dict[str, Any]) -> None:
    """It is in the batch, p of the better side minus p of the other."""
    assert found["reward"]["margins"] == pytest.approx([0.7, 0.7])


def test_every_step_has_its_label(found: dict[str, Any]) -> None:
    """Of the steps that are not cut away."""
    assert found["prm"]["labels"] > 0
    assert found["demo-prm"]["labels"] >= found["demo-prm"]["given"]


@pytest.mark.parametrize("name", ["weighted-dpo", "weighted-reward"])
def test_weights_scale_the_gradient(name: str, found: dict[str, Any]) -> None:
    """Weight 0 has none, weight 2 twice that of weight 1."""
    made = found[name]
    assert made["of_one"] > 0
    assert made["of_none"] == 0
    assert made["of_two"] == pytest.approx(2, rel=1e-6)
    assert made["two_apart"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ["weighted-dpo", "weighted-reward"])
def test_p_is_a_soft_label(name: str, found: dict[str, Any]) -> None:
    """The gradient at p = 0.7 is 0.7 of the pair's own and 0.3 of the pair's turned round."""
    assert found[name]["soft_apart"] == pytest.approx(0, abs=1e-5)
    assert found[name]["columns"] == ["p", "weight"]


@pytest.mark.parametrize("name", ["weighted-dpo", "weighted-reward"])
def test_weight_one_and_a_sure_label_are_trls_own_loss(name: str, found: dict[str, Any]) -> None:
    """The add-on changes nothing where there is nothing to say; without soft labels, not the margin either."""
    assert found[name]["plain_apart"] == pytest.approx(0, abs=1e-4)
    assert found[name]["hard_apart"] == pytest.approx(0, abs=1e-4)
    assert found[name]["loss"] == pytest.approx(found[name]["plain_loss"], abs=1e-4)
