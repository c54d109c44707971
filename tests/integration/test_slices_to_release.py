"""The twelve real slices, through the whole pipeline: one content, one release, however it comes, wherever it goes.

The slices lie outside the project, in ``../shared/data``; without them these tests are skipped.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from prefstrata.pipeline import STAGES, open_project_store, open_session, run
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import Status, read_manifest, verify_releases
from prefstrata.releases.protocol import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.project import Project
    from tests._stores import StoreKit

_CONFIG = Path(__file__).parent / "twelve-slices" / PROJECT_FILE
_DATA = Path(__file__).parents[3] / "shared" / "data"
_IN_CONFIG = "../../../../shared/data"

pytestmark = [
    pytest.mark.slices,
    pytest.mark.slow,
    pytest.mark.skipif(not _DATA.is_dir(), reason="the real slices (../shared/data) are not on this machine"),
]


def _project(folder: Path, data: Path, store: dict[str, object] | None = None) -> Project:
    """The twelve-slices project in a folder of its own, reading the slices at ``data``."""
    folder.mkdir(parents=True)
    config = yaml.safe_load(_CONFIG.read_text("utf-8").replace(_IN_CONFIG, os.path.relpath(data, folder)))
    (folder / PROJECT_FILE).write_text(yaml.safe_dump(config | ({"store": store} if store else {}), sort_keys=False))
    return read_project(folder)


def _manifest(project: Project) -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve("latest")))
        return document


def _released(project: Project) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """The release id, the files, and all else the manifest says but for its list of batches."""
    manifest = _manifest(project)
    manifest.pop("batches")
    return manifest.pop("release_id"), manifest.pop("files"), manifest


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project as its config says, run to a release on the embedded store."""
    project = _project(tmp_path_factory.mktemp("slices") / "project", _DATA)
    assert run(project).outcome.status is Status.PUBLISHED
    return project


def _shuffled(data: Path) -> None:
    """Put the records of two slices in another order."""
    for name in ("pairwise-graded-tulu/annotations.jsonl", "multi-annotator-ukpconvarg/assignments.jsonl"):
        lines = (data / name).read_bytes().splitlines(keepends=True)
        random.Random(7).shuffle(lines)  # noqa: S311 - no secret
        (data / name).write_bytes(b"".join(lines))


def _split(data: Path) -> None:
    """Cut two slices into three files each."""
    for name in ("multi-annotator-ukpconvarg/assignments.jsonl", "scalar-squality/all-responses.jsonl"):
        path = next((data / name).parent.glob(Path(name).stem + "*.jsonl"))
        lines = path.read_bytes().splitlines(keepends=True)
        third = -(-len(lines) // 3)
        path.unlink()
        for part in range(3):
            piece = b"".join(lines[part * third : (part + 1) * third])
            path.with_name(f"{path.stem}-{part}{path.suffix}").write_bytes(piece)


def test_every_record_is_accepted_or_in_quarantine(released: Project) -> None:
    """For every batch read = accepted + quarantined, and the quarantine holds as many rows as it says."""
    with open_session(released) as session:
        batches = session.engine.read("ledger.batches")
        refused = session.engine.read("ledger.quarantine")
    assert batches.height >= 30
    assert (batches["read"] == batches["accepted"] + batches["quarantined"]).all()
    assert refused.height == batches["quarantined"].sum()
    assert refused["reason"].is_not_null().all()
    assert refused["detail"].str.len_chars().min() > 10  # type: ignore[operator]


def test_all_strata_and_kinds_of_the_slices_are_released(released: Project) -> None:
    """People, judges and users, pairs, ratings and traces: nothing of the slices is lost on the way."""
    layers = _manifest(released)["layers"]
    kinds = {kind for layer in layers.values() for kind in layer["kinds"]}
    assert kinds == {"pairs", "ratings", "traces", "unpaired"}
    strata = {name for layer in layers.values() for kind in layer["kinds"].values() for name in kind["by"]["stratum"]}
    assert {"crowd/offline", "expert/offline", "user/online"} <= strata
    assert any(name.startswith("judge/") for name in strata)


@pytest.mark.parametrize("change", [_shuffled, _split])
def test_order_and_cut_of_files_do_not_matter(
    released: Project, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Shuffled records, or files cut in three, give the same release id and the same bytes."""
    data = tmp_path / "data"
    shutil.copytree(_DATA, data, copy_function=shutil.copyfile)
    for path in data.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    change(data)
    project = _project(tmp_path / "project", data)
    assert run(project).outcome.status is Status.PUBLISHED
    assert _released(project) == _released(released)


def test_source_by_source_gives_the_same_release(released: Project, tmp_path: Path) -> None:
    """Sources read one at a time, the last first, end in the same release."""
    project = _project(tmp_path / "project", _DATA)
    with open_session(project) as session:
        for source in reversed(project.sources):
            session.ingest(only=[source.name])
    assert run(project).outcome.status is Status.PUBLISHED
    assert _released(project) == _released(released)


@pytest.mark.lakefs
def test_a_lakefs_server_gets_the_same_release(released: Project, tmp_path: Path, lakefs_store: StoreKit) -> None:
    """On a real lakeFS server the manifest is the embedded store's, byte for byte, and all of it can be read back."""
    project = _project(tmp_path / "project", _DATA, lakefs_store.config)
    assert run(project).outcome.status is Status.PUBLISHED
    with open_project_store(project) as there, open_project_store(released) as here:
        manifests = [read_manifest(store, store.resolve("latest")) for store in (there, here)]
        assert _released(project) == _released(released)
        assert _without_batches(manifests[0]) == _without_batches(manifests[1])
        verify_releases(there)
    assert run(project).outcome.status is Status.NOTHING_NEW


def _without_batches(manifest: bytes) -> dict[str, Any]:
    """Batches name their files relative to the project, which lies elsewhere."""
    return {key: value for key, value in json.loads(manifest).items() if key != "batches"}


_RUN_AND_DIE = """
import os, signal, sys
from prefstrata.pipeline import open_project_store, open_session
from prefstrata.pipeline import STAGES
from prefstrata.project import read_project
place, moment = int(sys.argv[2]), sys.argv[3]
def step(number, when):
    if int(number) == place and when == moment:
        os.kill(os.getpid(), signal.SIGKILL)
project = read_project(sys.argv[1])
with open_project_store(project) as store, open_session(project) as session:
    session.ingest()
    for stage in STAGES:
        for table in stage.tables:
            session.build(table)
    session.release(store, step=step)
"""


@dataclass(frozen=True)
class _Small:
    """The small project as it stands before its release, and the manifest of the one that nothing disturbs."""

    warehouse: Path
    undisturbed: bytes

    def copy(self, folder: Path, store: dict[str, object]) -> Project:
        """Return the project with a store of its own; its tables are made, and stay as they are."""
        project = _small(folder, store)
        shutil.copytree(self.warehouse, project.warehouse_path.parent)
        return project


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> _Small:
    """The small project, its tables made once for all runs that are killed while they release."""
    project, warehouse = (tmp_path_factory.mktemp("small") / name for name in ("project", "warehouse"))
    made = _small(project, None)
    with open_project_store(made) as store:
        with open_session(made) as session:
            session.ingest()
            for stage in STAGES:
                for table in stage.tables:
                    session.build(table)
        shutil.copytree(made.warehouse_path.parent, warehouse)
        assert run(made).outcome.status is Status.PUBLISHED
        return _Small(warehouse, read_manifest(store, store.resolve("latest")))


def _small(folder: Path, store: dict[str, object] | None) -> Project:
    """A project of one slice, quick enough to be killed many times."""
    folder.mkdir(parents=True)
    config = yaml.safe_load(_CONFIG.read_text("utf-8").replace(_IN_CONFIG, str(_DATA)))
    config["sources"] = [source for source in config["sources"] if source["name"] == "tulu"]
    (folder / PROJECT_FILE).write_text(yaml.safe_dump(config | ({"store": store} if store else {}), sort_keys=False))
    return read_project(folder)


# Nothing is stored between a step's end and the next one's beginning.
@pytest.mark.parametrize(("place", "moment"), [(Step.UPLOAD, "during"), *((step, "after") for step in Step)])
def test_a_killed_run_is_finished_by_the_next(
    tmp_path: Path, kit: StoreKit, small: _Small, place: Step, moment: str
) -> None:
    """SIGKILL at any numbered step, then a run: one tag, the undisturbed manifest, and nothing left over."""
    project = small.copy(tmp_path / "project", kit.config)
    command = [sys.executable, "-c", _RUN_AND_DIE, str(project.directory), str(int(place)), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert run(project).outcome.status in {Status.PUBLISHED, Status.ALREADY, Status.NOTHING_NEW}
    with open_project_store(project) as store:
        assert [tag.name for tag in store.tags()] == ["v000001"]
        verify_releases(store)
        assert not store.reconcile().resumable
        assert _without_batches(read_manifest(store, store.resolve("latest"))) == _without_batches(small.undisturbed)
    assert not list(project.warehouse_path.parent.glob("release-*"))
