"""What a batch teaches is named by the right gate; an innocent one of the same size passes all of them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.model import GateBlockedError
from prefstrata.pipeline import open_project_store, run
from prefstrata.project import read_project
from prefstrata.releases import MANIFEST, Status, read_manifest
from prefstrata.releases.gates import Approval
from tests.integration.gates._planted import generated, plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

_PROMPTS = 450
Planted = "Callable[[str], Path]"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project, run to its first release."""
    folder = tmp_path_factory.mktemp("released") / "project"
    project, _ = generated(folder, _PROMPTS)
    assert run(project).outcome.tag == "v000001"
    return folder


@pytest.fixture
def planted(released: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of the released project with one more batch."""

    def make(name: str) -> Path:
        folder = shutil.copytree(released, tmp_path / "project")
        plant(folder, pl.read_parquet(folder / "truth.parquet"), name)
        return folder

    return make


def _draft(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the draft that was kept, and its manifest."""
    [kept] = (folder / "drafts").iterdir()
    return kept, json.loads((kept / MANIFEST).read_bytes())


def _tripped(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Slices beyond their threshold, by gate."""
    found: dict[str, list[str]] = {}
    for row in manifest["gates"]["results"]:
        if row["tripped"]:
            found.setdefault(row["gate"], []).append(row["slice"])
    return found


def _tags(folder: Path) -> list[str]:
    with open_project_store(read_project(folder)) as store:
        return [tag.name for tag in store.tags()]


def test_an_innocent_batch_passes(planted: Callable[[str], Path]) -> None:
    """Nothing is beyond its threshold, though every gate on what is new had something to look at."""
    folder = planted("innocent")
    summary = run(read_project(folder))
    assert summary.outcome.status is Status.PUBLISHED
    assert summary.judged is not None
    assert [row["sentence"] for row in summary.judged.results if row["tripped"]] == []
    assert {row["gate"] for row in summary.judged.results} >= {
        "ruler",
        "agreement",
        "drift",
        "weight",
        "policy",
        "canary",
    }


def test_a_batch_that_rewards_length_is_named_and_its_draft_kept(planted: Callable[[str], Path]) -> None:
    """The ruler gate says stratum and preference with the figures; nothing is published, and the draft is whole."""
    folder = planted("length")
    with pytest.raises(GateBlockedError, match=r"preferred=longer.*% before; at most .*the draft is in") as stopped:
        run(read_project(folder))
    kept, manifest = _draft(folder)
    assert str(kept) in str(stopped.value)
    assert _tripped(manifest) == {"ruler": ["stratum=crowd/offline, dimension=overall, preferred=longer"]}
    assert manifest["gates"]["stopped"]
    assert all((kept / file["path"]).stat().st_size == file["bytes"] for file in manifest["files"])
    assert _tags(folder) == ["v000001"]
    # Approving is for major changes: it does not open a gate that blocks.
    with pytest.raises(GateBlockedError, match="preferred=longer"):
        run(read_project(folder), approval=Approval("we like it long", "ann"))


def test_a_crowd_that_puts_naturalness_over_safety_in_medicine_is_named(planted: Callable[[str], Path]) -> None:
    """At high risk, data that surely turn the policy's order round stop the run before there is a draft."""
    folder = planted("naturalness")
    named = r"high_risk_follows_the_policy .*scenario=medical, upper=safety_boundary, lower=naturalness"
    with pytest.raises(GateBlockedError, match=named):
        run(read_project(folder))
    assert _tags(folder) == ["v000001"]


def test_a_rater_that_goes_bad_is_named(planted: Callable[[str], Path]) -> None:
    """The agreement gate names the one rater, and not the stratum."""
    folder = planted("rater")
    with pytest.raises(GateBlockedError, match=r"agreement: .*rater=crowd:w-001"):
        run(read_project(folder))
    assert _tripped(_draft(folder)[1]) == {"agreement": ["rater=crowd:w-001, stratum=crowd/offline"]}


def test_a_generator_that_appears_needs_an_approval_that_is_recorded(planted: Callable[[str], Path]) -> None:
    """Drift names the generator; with a reason and a name the release is published and says both.

    A file that came after what was looked at is not in it: it waits for the next run.
    """
    folder = planted("generator")
    with pytest.raises(GateBlockedError, match=r"nobody has approved it: drift: .*newcomer-9b.*--approve"):
        run(read_project(folder))
    assert _tripped(_draft(folder)[1]) == {"drift": ["generator=newcomer-9b"]}
    plant(folder, pl.read_parquet(folder / "truth.parquet"), "innocent")
    summary = run(read_project(folder), approval=Approval("the new model is wanted", "ann"))
    assert summary.outcome.tag == "v000002"
    assert summary.ingested.files == ()
    assert not list((folder / "drafts").iterdir())
    assert summary.outcome.commit is not None
    with open_project_store(read_project(folder)) as store:
        manifest = json.loads(read_manifest(store, store.resolve("latest")))
    assert manifest["gates"]["approval"] == {"reason": "the new model is wanted", "by": "ann"}
    assert summary.outcome.commit.metadata["approved_by"] == "ann"
    assert summary.outcome.commit.metadata["approval"] == "the new model is wanted"
