"""What is planted in a batch is named in the summary of its release; an innocent batch of the same size is not.

On the example project, small, with a vendor whose crowd judged a first batch carefully. The truth is known.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.model import GateBlockedError
from prefstrata.pipeline import open_project_store, run
from prefstrata.project import read_project
from prefstrata.releases import read_manifest
from prefstrata.releases.gates import Approval
from tests.integration.teaching import _batches as batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Released = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.slow

_SIZE = 40


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, run once; no test changes it."""
    folder = tmp_path_factory.mktemp("base") / "project"
    batches.make(folder)
    run(read_project(folder))
    return folder


@pytest.fixture
def released(base: Path, tmp_path: Path) -> Released:
    """Put a batch on top of the project and run it; returns the manifest."""

    def release(seen: list[batches.Sight], choose: batches.Choose, **options: str) -> dict[str, Any]:
        folder = shutil.copytree(base, tmp_path / "project")
        batches.put(folder, "2026-11-02", seen, choose, **options)
        manifest = _manifest(folder)
        assert 3 <= len(manifest["summary"]) <= 6
        return manifest

    return release


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the release that a run makes, or of the draft that a gate stopped."""
    project = read_project(folder)
    try:
        run(project, approval=Approval("a planted batch", "the test"))
    except GateBlockedError:
        [path] = (folder / "drafts").rglob("manifest.json")
        text = path.read_bytes()
    else:
        with open_project_store(project) as store:
            text = read_manifest(store, store.resolve("latest"))
    manifest: dict[str, Any] = json.loads(text)
    return manifest


def test_an_innocent_batch_is_not_named(released: Released) -> None:
    """Forty pairs judged as carefully as the others teach nothing new, and the summary says so."""
    manifest = released(batches.sights(3000, _SIZE), batches.careful)
    assert manifest["findings"] == []
    assert "What it teaches did not change by more than chance." in manifest["summary"]


def test_a_batch_that_rewards_length_is_named(released: Released) -> None:
    """The style is named with its source, for which the longer side always wins."""
    manifest = released(batches.sights(3000, _SIZE), batches.take_longer)
    [finding] = [each for each in manifest["findings"] if each["what"] == "style"]
    assert (finding["scenario"], finding["style"], finding["source"], finding["source_share"]) == (
        "*",
        "longer",
        "vendor",
        1.0,
    )
    assert finding["share"] > finding["before"] + 0.02
    [told] = [each for each in manifest["summary"] if each.startswith("The longer side is chosen in ")]
    assert told.endswith("in what vendor added it is 100 %.")


def test_a_crowd_that_puts_naturalness_over_safety_is_named(released: Released) -> None:
    """The two dimensions, the scenario, its risk and the source are in one sentence; no other upper dimension is."""
    seen = batches.conflicting(3000, _SIZE, "safety_boundary", "naturalness")
    manifest = released(seen, batches.take_natural)
    found = [each for each in manifest["findings"] if each["what"] in {"ordering", "contradiction"}]
    named = {(each["scenario"], each["risk_level"], each["upper"], each["lower"], each["source"]) for each in found}
    assert ("medical", "high", "safety_boundary", "naturalness", "vendor") in named
    assert {(scenario, upper) for scenario, _, upper, _, _ in named} == {("medical", "safety_boundary")}
    [told] = [
        each for each in manifest["summary"] if each.startswith("In medical at high risk, safety_boundary wins over ")
    ]
    assert "over naturalness in " in told
    assert "in what vendor added it is 0 %" in told


def test_a_new_generator_and_a_rater_who_turned_are_named(released: Released) -> None:
    """One batch with both: each has its sentence, and neither hides the other."""
    manifest = released(batches.sights(3000, _SIZE), batches.reverse("v-1"), writer="nova-9b")
    found = {each["what"]: each for each in manifest["findings"]}
    assert found.keys() == {"rater", "generator"}
    assert (found["rater"]["rater_id"], found["rater"]["changed_at"]) == ("crowd:v-1", "2026-11-02")
    assert found["generator"]["generator"] == "nova-9b"
    told = " ".join(manifest["summary"])
    assert "The rater crowd:v-1 agrees with the others on overall in " in told
    assert "The generator nova-9b is new: " in told
