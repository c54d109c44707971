"""A session: what a cut-off release leaves behind, what it depends on, and who may open it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prefstrata.model.resources import data_directory
from prefstrata.pipeline import open_project_store, open_session, run
from prefstrata.project import read_project
from prefstrata.releases import Status, Step, read_manifest
from tests.unit.pipeline._project import add, build, copied, make, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.pipeline import RunSummary
    from prefstrata.project import Project

_SCRATCH = "prefstrata.duckdb.release"


def beside(project: Project) -> set[str]:
    """What lies in the folder of the warehouse, but for the warehouse itself and DuckDB's own files."""
    names = {path.name for path in project.warehouse_path.parent.iterdir()}
    return names - {"prefstrata.duckdb", "prefstrata.duckdb.wal", "run.lock"}


def test_the_warehouse_says_what_its_columns_mean(tmp_path: Path) -> None:
    """Each column of a table that is kept, once; what an earlier version said of them is replaced."""
    project = make(tmp_path / "project")
    with open_session(project) as session, session.engine.connection() as connection:
        meant = connection.execute("from runs.meanings order by all").fetchall()
        [[differing]] = connection.execute(
            "select count(*) from duckdb_columns() as held full join runs.meanings as meant"
            " on meant.full_name = held.schema_name || '.' || held.table_name and meant.column_name = held.column_name"
            " where (held.table_name is null or meant.full_name is null or meant.place <> held.column_index)"
            " and (held.database_name is null or (held.database_name = current_database()))"
        ).fetchall()
        connection.execute("update runs.meanings set meaning = 'x' where place = 1").fetchall()
    assert (differing, len(meant) > 1000) == (0, True)
    with open_session(project) as session, session.engine.connection() as connection:
        assert connection.execute("from runs.meanings order by all").fetchall() == meant


class _CutError(Exception):
    """A release that ends in the middle."""


@pytest.fixture(scope="module")
def killed(unreleased: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose run committed its release and then ended before it was published; to be copied."""
    folder = tmp_path_factory.mktemp("killed") / "project"
    project = copied(unreleased, folder)

    def cut(step: Step, when: str) -> None:
        if (step, when) == (Step.PUBLISH, "before"):
            raise _CutError

    with open_project_store(project) as store, open_session(project) as session:
        build(session)
        with pytest.raises(_CutError):
            session.release(store, step=cut)
        assert list(store.tags()) == []
    return folder


def test_a_release_that_a_run_finishes_for_another_is_its_news(killed: Path, tmp_path: Path) -> None:
    """A run that publishes what a killed one had committed says so; only the run after it has nothing new."""
    project = copied(killed, tmp_path / "project")
    outcome = run(project).outcome
    assert (outcome.status, outcome.tag) == (Status.PUBLISHED, "v000001")
    assert outcome.commit is not None
    again = run(project).outcome
    assert (again.status, again.tag, again.commit) == (Status.NOTHING_NEW, "v000001", outcome.commit)


def test_the_command_says_what_it_finished(killed: Path, tmp_path: Path) -> None:
    """No layer was built, so none is counted; the tag is named."""
    project = copied(killed, tmp_path / "project")
    command = [sys.executable, "-m", "prefstrata", "--project", str(project.directory), "run"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "published v000001, which an earlier run had written and not published" in done.stdout


def test_what_is_new_beside_a_finished_release_is_the_next_one(killed: Path, tmp_path: Path) -> None:
    """Both are published, and the run names the newest."""
    project = copied(killed, tmp_path / "project")
    add(project, "crowd", "b", pair(2))
    outcome = run(project).outcome
    assert (outcome.status, outcome.tag) == (Status.PUBLISHED, "v000002")


@pytest.mark.parametrize("at", [Step.BRANCH, Step.UPLOAD, Step.COMMIT, Step.PUBLISH])
def test_an_interrupted_release_leaves_no_files(unreleased: Path, tmp_path: Path, at: Step) -> None:
    """An exception in the middle leaves nothing beside the warehouse; the next run finishes with one tag."""
    project = copied(unreleased, tmp_path / "project")

    def cut(step: Step, when: str) -> None:
        if (step, when) == (at, "before"):
            assert beside(project) == {_SCRATCH}
            raise _CutError

    with open_project_store(project) as store:
        with open_session(project) as session:
            build(session)
            with pytest.raises(_CutError):
                session.release(store, step=cut)
            assert beside(project) == set()
        assert list(store.tags()) == []
    run(project)
    with open_project_store(project) as store:
        assert [tag.name for tag in store.tags()] == ["v000001"]
        assert list(store.reconcile().resumable) == []


def test_the_warehouse_is_tidied_while_the_files_of_a_release_are_stored(
    unreleased: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first byte that is stored until all were read back: when the tag is made, that is over."""
    project = copied(unreleased, tmp_path / "project")
    seen: list[object] = []

    @contextmanager
    def tidied() -> Iterator[None]:
        seen.append("begun")
        yield
        seen.append("done")

    def step(at: Step, when: str) -> None:
        if when == "before":
            seen.append(at)

    with open_project_store(project) as store, open_session(project) as session:
        build(session)
        monkeypatch.setattr(session.engine, "tidied_meanwhile", tidied)
        assert session.release(store, step=step).status is Status.PUBLISHED
    stored = [Step.UPLOAD, Step.MANIFEST, Step.CHECK, Step.COMMIT, Step.AUDIT]
    assert seen[2:-2] == ["begun", *stored, "done", Step.PUBLISH]


_KILLED = """
import os, signal, sys
from pathlib import Path
from prefstrata.pipeline import open_project_store, open_session
from prefstrata.project import read_project
from prefstrata.releases import Step
from tests.unit.pipeline._project import build

def die(step, when):
    if (step, when) == (Step.UPLOAD, "during"):
        os.kill(os.getpid(), signal.SIGKILL)

project = read_project(Path(sys.argv[1]))
with open_project_store(project) as store, open_session(project) as session:
    build(session)
    session.release(store, step=die)
"""


def test_what_a_killed_run_left_is_gone_after_the_next(
    unreleased: Path, released: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    """The next run removes them, and publishes what an undisturbed one publishes."""
    project, (twin, undisturbed) = copied(unreleased, tmp_path / "project"), released
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", _KILLED, project.directory], cwd=root, check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    assert beside(project) == {_SCRATCH}
    assert list((project.warehouse_path.parent / _SCRATCH).rglob("*.parquet"))
    assert run(project).outcome.tag == undisturbed.outcome.tag == "v000001"
    assert beside(project) == set()
    with open_project_store(project) as one, open_project_store(read_project(twin)) as other:
        assert read_manifest(one, one.resolve("v1")) == read_manifest(other, other.resolve("v1"))


def test_stale_files_go_even_when_there_is_nothing_to_release(tmp_path: Path) -> None:
    """Opening a session is enough; files and folders that are not ours stay."""
    project = make(tmp_path / "project")
    folder = project.warehouse_path.parent
    (folder / _SCRATCH / "main").mkdir(parents=True)
    (folder / _SCRATCH / "main" / "old.parquet").write_bytes(b"old")
    for mine in ("release-notes", "release-abcd1234", "other.duckdb.release"):
        (folder / mine).mkdir()
    assert run(project).outcome.status is Status.NOTHING_NEW
    assert beside(project) == {"release-notes", "release-abcd1234", "other.duckdb.release"}


def test_what_another_process_has_just_published_is_not_published_again(unreleased: Path, tmp_path: Path) -> None:
    """Two hosts with one store and one ledger make one release, whoever looked first."""
    project = copied(unreleased, tmp_path / "project")
    with open_project_store(project) as store, open_session(project) as session:
        build(session)
        assert session.published(store) is None
        assert session.release(store).tag == "v000001"
        again = session.release(store)
        assert (again.status, again.tag) == (Status.NOTHING_NEW, "v000001")
        assert len(store.tags()) == 1


def test_a_policy_edited_while_a_run_works_is_not_released_in_its_place(unreleased: Path, tmp_path: Path) -> None:
    """The release holds the policy that its records were placed by; the next run sees the edit."""
    copied(unreleased, tmp_path / "project")
    project = make(tmp_path / "project", policies=["./own.yaml"])
    own, shipped = project.directory / "own.yaml", (data_directory("policies") / "general.yaml").read_bytes()
    own.write_bytes(shipped)
    with open_project_store(project) as store:
        with open_session(project) as session:
            build(session)
            before = session.identity
            own.write_bytes(shipped + b"# edited\n")
            assert session.identity == before
            session.release(store)
        with store.open(store.resolve("v1").id, "policies/general.yaml") as reader:
            assert reader.read() == shipped
        assert run(project).outcome.tag == "v000002"
        with store.open(store.resolve("v2").id, "policies/general.yaml") as reader:
            assert reader.read() == shipped + b"# edited\n"


def test_the_manifest_names_the_calibration_of_its_preferences(
    released: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    """Every estimate carries the calibration that the manifest and weights.json name."""
    project = copied(released[0], tmp_path / "project")
    with open_session(project) as session, open_project_store(project) as store:
        named = json.loads(read_manifest(store, store.resolve("v1")))["calibration"]
        assert session.engine.read("noise.preferences")["calibration_id"].unique().to_list() == [named]
