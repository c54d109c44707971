"""Figures of the PandaLM test set, through the pipeline: those known of it, to the last digit.

``pandalm/prefstrata.yaml`` reads the file item by item, all 999 of them; ``twelve-slices/prefstrata.yaml`` as it reads
every slice: six items whose response is JSON ``true`` are refused, and equal texts are one pair whoever wrote them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import krippendorff
import polars as pl
import pytest
import yaml
from sklearn.metrics import cohen_kappa_score

from prefstrata.pipeline import open_session, run, stage_of
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import Status
from tests.unit.noise import _reference as reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HERE = Path(__file__).parent
_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_PANDALM = _DATA / "multi-annotator-pandalm"
_IN_CONFIG = "../../../../shared/data"

pytestmark = [
    pytest.mark.slices,
    pytest.mark.skipif(not _DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data"),
]


class Figures:
    """``noise.metrics`` and ``evidence.votes`` of a project."""

    def __init__(self, folder: Path, config: str, sources: Sequence[str] | None = None) -> None:
        """Make them of that config in a folder of its own, and a release of all of its sources.

        Where some sources are named, they alone are read, and tables are made to the end of noise.
        """
        text = (_HERE / config / PROJECT_FILE).read_text("utf-8").replace(_IN_CONFIG, os.path.relpath(_DATA, folder))
        project = yaml.safe_load(text)
        project["sources"] = [each for each in project["sources"] if sources is None or each["name"] in sources]
        (folder / PROJECT_FILE).write_text(yaml.safe_dump(project, sort_keys=False), "utf-8")
        if sources is None:
            assert run(read_project(folder)).outcome.status is Status.PUBLISHED
        with open_session(read_project(folder)) as session:
            session.ingest()
            for name in (name for stage in ("privacy", "evidence", "noise") for name in stage_of(stage).tables):
                session.build(name)
            self.metrics = session.engine.read("noise.metrics")
            self.votes = session.engine.read("evidence.votes")

    def __call__(self, metric: str, tie_policy: str = "ties counted", **where: object) -> dict[str, Any]:
        """The one row of a metric."""
        found = self.metrics.filter(metric=metric, tie_policy=tie_policy, **where)
        assert found.height == 1, found
        return found.row(0, named=True)


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """All 999 items, each a round of its own."""
    return Figures(tmp_path_factory.mktemp("items"), "pandalm")


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """PandaLM and three more slices as the twelve slices are read."""
    named = ["pandalm-people", "pandalm-judge-gpt", "pandalm-judge-pandalm", "ukpconvarg", "tulu", "llmbar-judges"]
    return Figures(tmp_path_factory.mktemp("slices"), "twelve-slices", named)


@pytest.mark.parametrize(
    ("name", "other", "kappa"), [("one", "two", "0.852"), ("three", "two", "0.862"), ("one", "three", "0.879")]
)
def test_kappas_of_the_three_people(items: Figures, name: str, other: str, kappa: str) -> None:
    """0.852, 0.862 and 0.879 over all 999 items."""
    row = items("cohen_kappa", slice="rater and rater", unit="round", name=f"expert:{name}", other=f"expert:{other}")
    assert (f"{row['value']:.3f}", row["n"]) == (kappa, 999)
    assert row["low"] < row["value"] < row["high"]


def test_share_on_which_all_three_say_the_same(items: Figures) -> None:
    """88.0 % of 999 items."""
    row = items("unanimous", slice="stratum", unit="round", name="expert/offline")
    assert (f"{row['value']:.1%}", row["n"]) == ("88.0%", 999)
    assert row["value"] == pytest.approx(879 / 999, abs=1e-12)


def test_longer_one_against_the_majority(items: Figures) -> None:
    """The longer response is the people's choice on 67.5 % of the 887 items that they decide and a ruler can."""
    row = items("baseline_longer", "ties left out", slice="stratum", unit="round", name="expert/offline")
    assert (f"{row['value']:.1%}", row["n"]) == ("67.5%", 887)
    assert row["value"] == pytest.approx(599 / 887, abs=1e-12)


def test_judge_against_the_majority(items: Figures) -> None:
    """The judge's 974 readable verdicts agree with the people's majority on 71.6 %, kappa 0.493.

    The figures 69.3 % and 0.470, which are told of these files too, answer another question: they compare labels as the
    two files spell them, so that a verdict ``Tie`` is never the people's ``0``, and 25 unreadable verdicts are wrong.
    """
    where = {"slice": "rater and stratum", "unit": "round", "name": "judge:gpt-3.5-turbo", "other": "expert/offline"}
    agreed, kappa = items("percent_agreement", **where), items("cohen_kappa", **where)
    assert (f"{agreed['value']:.1%}", agreed["n"]) == ("71.6%", 974)
    assert (f"{kappa['value']:.3f}", kappa["n"]) == ("0.493", 974)

    majority = [Counter(labels).most_common(1)[0][0] for labels in _people()]
    verdicts = [item["gpt_result"] for item in _read("gpt-3.5-turbo-testset-v1.json")]
    readable = {"Tie": 0, "1": 1, "2": 2}
    said = [(one, readable[other]) for one, other in zip(majority, verdicts, strict=True) if other in readable]
    assert agreed["value"] == pytest.approx(sum(one == other for one, other in said) / 974, abs=1e-12)
    assert f"{cohen_kappa_score(*zip(*said, strict=True)):.3f}" == "0.493"

    spelled = [str(label) for label in majority]
    assert f"{sum(map(str.__eq__, spelled, verdicts)) / 999:.1%}" == "69.3%"
    assert f"{cohen_kappa_score(spelled, verdicts):.3f}" == "0.470"


def test_what_refused_items_and_equal_pairs_change(slices: Figures) -> None:
    """Without the six refused items the third digits are others, and with each pair counted once, others again."""
    labels = _people(lambda item: isinstance(item["response1"], str) and isinstance(item["response2"], str))
    assert len(labels) == 993
    one, two, three = zip(*labels, strict=True)
    without = [cohen_kappa_score(*couple) for couple in ((one, two), (one, three), (two, three))]
    assert [f"{kappa:.3f}" for kappa in without] == ["0.851", "0.885", "0.867"]

    where = {"slice": "rater and rater", "unit": "pair"}
    names = [f"expert:pandalm-annotator{number}" for number in (1, 2, 3)]
    rows = [slices("cohen_kappa", **where, name=name, other=other) for name, other in combinations(names, 2)]
    assert [(f"{row['value']:.3f}", row["n"]) for row in rows] == [("0.848", 861), ("0.875", 861), ("0.859", 861)]


def test_statistics_of_real_votes(slices: Figures) -> None:
    """For every stratum and every two raters, each statistic is what its reference computes of the same votes."""
    firsts = (
        slices.votes.sort(pl.col("round").fill_null(""), "vote_id")
        .unique(["pair_id", "dimension", "rater_id"], keep="first", maintain_order=True)
        .with_columns(
            said=pl.col("choice").replace_strict({"a": 0, "tie": 1, "b": 2}), item=pl.struct("pair_id", "dimension")
        )
    )
    for (stratum,), votes in firsts.group_by("stratum"):
        table = votes.pivot("rater_id", index=["pair_id", "dimension"], values="said").drop("pair_id", "dimension")
        where = {"slice": "stratum", "unit": "pair", "name": stratum}
        counts = [[row.count(choice) for choice in range(3)] for row in table.rows()]
        for level in ("nominal", "ordinal", "interval"):
            expected = krippendorff.alpha(
                table.cast(pl.Float64).to_numpy().T, value_domain=[0, 1, 2], level_of_measurement=level
            )
            assert slices(f"krippendorff_alpha_{level}", **where)["value"] == pytest.approx(expected, abs=1e-9)
        same, squared = reference.identity(3), reference.quadratic(3)
        assert slices("fleiss_kappa", **where)["value"] == pytest.approx(reference.fleiss(counts, same), abs=1e-9)
        assert slices("gwet_ac1", **where)["value"] == pytest.approx(reference.gwet(counts, same), abs=1e-9)
        assert slices("gwet_ac2_quadratic", **where)["value"] == pytest.approx(
            reference.gwet(counts, squared), abs=1e-9
        )

    wide = firsts.pivot("rater_id", index=["pair_id", "dimension"], values="said")
    couples = slices.metrics.filter(
        slice="rater and rater", metric="cohen_kappa", tie_policy="ties counted", unit="pair"
    )
    assert couples.height >= 20
    for row in couples.iter_rows(named=True):
        both = wide.select(row["name"], row["other"]).drop_nulls()
        assert both.height == row["n"]
        expected = cohen_kappa_score(both[row["name"]], both[row["other"]], labels=[0, 1, 2])
        assert row["value"] == pytest.approx(expected, abs=1e-9)
        quadratic = slices("cohen_kappa_quadratic", **{key: row[key] for key in ("slice", "unit", "name", "other")})
        expected = cohen_kappa_score(both[row["name"]], both[row["other"]], labels=[0, 1, 2], weights="quadratic")
        assert quadratic["value"] == pytest.approx(expected, abs=1e-9)


def _people(kept: Callable[[dict[str, Any]], bool] = lambda _: True) -> list[tuple[int, int, int]]:
    """What the three people said of each item, as the file spells it: 0 for a tie, 1 or 2."""
    items = filter(kept, _read("testset-v1.json"))
    return [(item["annotator1"], item["annotator2"], item["annotator3"]) for item in items]


def _read(name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((_PANDALM / name).read_text("utf-8"))
    return items
