"""Tables that an earlier run built from the same content stay; and no others do."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from prefstrata.model import UnreachableError
from prefstrata.model.resources import data_directory
from prefstrata.noise import FITTED
from prefstrata.pipeline import STAGES, open_project_store, open_session, run
from prefstrata.pipeline._built import digest_of
from tests.unit.pipeline._project import add, copied, make, pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.pipeline import Session
    from prefstrata.project import Project

TABLES = [name for stage in STAGES for name in stage.tables]


def built(session: Session, tables: list[str] = TABLES) -> set[str]:
    """Ask for the tables; those that were built, and not kept."""
    session.ingest()
    for name in tables:
        session.build(name)
    return set(tables) - session.kept


def own_policy(project: Project, **changes: object) -> None:
    """The project's policy, changed."""
    text = yaml.safe_load((data_directory("policies") / "general.yaml").read_text("utf-8"))
    (project.directory / "own.yaml").write_text(yaml.safe_dump({**text, **changes}, sort_keys=False), "utf-8")


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose run built everything, and whose store then did not answer; to be copied."""
    project = make(tmp_path_factory.mktemp("stopped"), policies=["./own.yaml"])
    own_policy(project)
    add(project, "crowd", "a", *(pair(number, rater) for number in range(6) for rater in ("ann", "bo")))
    add(project, "expert", "a", *(pair(number, "eve") for number in range(3)))
    with pytest.MonkeyPatch.context() as patched:

        def silent(*_: object, **__: object) -> None:
            raise UnreachableError("no answer", where="http://store", todo="run again")

        patched.setattr("prefstrata.pipeline._publishing.publish_rebasing", silent)
        with pytest.raises(UnreachableError):
            run(project)
    return project.directory


def test_after_a_store_that_did_not_answer_only_the_release_is_made(stopped: Path, tmp_path: Path) -> None:
    """The next run builds no table again, says so, and publishes what a run from nothing publishes."""
    project = copied(stopped, tmp_path / "again")
    summary = run(project)
    for stage in STAGES[1:]:
        held = sum(summary.rows[name] for name in stage.tables)
        work = summary.work[stage.name]
        assert (work.scope, work.read, work.recomputed, work.skipped) == ("none", 0, 0, held)
    fresh = make(tmp_path / "fresh", policies=["./own.yaml"])
    own_policy(fresh)
    for source in ("crowd", "expert"):
        path = project.directory / "inbox" / source / "a.jsonl"
        target = fresh.directory / "inbox" / source / "a.jsonl"
        target.parent.mkdir(parents=True)
        target.write_bytes(path.read_bytes())
    assert summary.outcome.commit is not None
    other = run(fresh).outcome.commit
    assert other is not None
    assert summary.outcome.commit.release_id == other.release_id


def test_the_command_says_which_stages_stayed(stopped: Path, tmp_path: Path) -> None:
    """In place of what it read and made: rows that are as they were, of all tables of a stage or of some."""
    project = copied(stopped, tmp_path / "project")
    with open_session(project) as session, session.engine.connection() as connection:
        connection.execute("delete from layers.records").fetchall()
    command = [sys.executable, "-m", "prefstrata", "--project", str(project.directory), "run"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = {line.split()[0]: line for line in done.stderr.splitlines() if " s  " in line}
    assert re.search(r"s  [1-9]\d* rows as they were$", said["evidence"])
    assert re.search(r"s  [1-9]\d* rows read, [1-9]\d* made anew; [1-9]\d* as they were$", said["layers"])


def test_a_new_record_builds_every_table_anew(stopped: Path, tmp_path: Path) -> None:
    """And so it does when it came after a session had begun."""
    project = copied(stopped, tmp_path / "project")
    with open_session(project) as session:
        assert built(session) == set()
        add(project, "crowd", "b", pair(50, "cy"))
        session.kept.clear()
        assert built(session) == set(TABLES)
        assert session.engine.read("evidence.votes").height == 16


def test_another_policy_builds_every_table_anew(stopped: Path, tmp_path: Path) -> None:
    """Whatever of it changed: its bytes decide."""
    project = copied(stopped, tmp_path / "project")
    own_policy(project, version="99")
    with open_session(project) as session:
        assert built(session) == set(TABLES)


def test_other_code_builds_every_table_anew(stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whatever module, and though the version is the same: who mends a mistake runs again to be rid of it."""
    project = copied(stopped, tmp_path / "project")
    monkeypatch.setattr("prefstrata.pipeline._built._installed", lambda: "mended")
    with open_session(project) as session:
        assert built(session) == set(TABLES)


def test_the_code_is_every_byte_of_it(tmp_path: Path) -> None:
    """A file that is changed, called otherwise or added, in any folder."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.py").write_bytes(b"1")
    (tmp_path / "inner" / "b.py").write_bytes(b"2")
    found = [digest_of(tmp_path)]
    (tmp_path / "inner" / "b.py").write_bytes(b"3")
    found.append(digest_of(tmp_path))
    (tmp_path / "inner" / "b.py").rename(tmp_path / "inner" / "c.py")
    found.append(digest_of(tmp_path))
    (tmp_path / "d.py").touch()
    found.append(digest_of(tmp_path))
    assert len(set(found)) == 4
    (tmp_path / "notes.txt").touch()
    assert digest_of(tmp_path) == found[-1]


def test_a_run_that_was_cut_off_goes_on_where_it_was(stopped: Path, tmp_path: Path) -> None:
    """What it had built by the end of its last whole stage stays."""
    project = copied(stopped, tmp_path / "project")
    add(project, "crowd", "b", pair(50, "cy"))
    upto = TABLES.index("noise.panels")
    with open_session(project) as session:
        assert built(session, TABLES[:upto]) == set(TABLES[:upto])
    with open_session(project) as session:
        again = built(session)
    first = next(place for place, name in enumerate(TABLES) if name.startswith("noise."))
    assert again == set(TABLES[first:])


def test_a_table_that_somebody_changed_is_built_again(stopped: Path, tmp_path: Path) -> None:
    """Rows that were taken out by hand come back, and the others stay."""
    project = copied(stopped, tmp_path / "project")
    with open_session(project) as session, session.engine.connection() as connection:
        connection.execute("delete from evidence.pairs").fetchall()
    with open_session(project) as session:
        assert built(session) == {"evidence.pairs"}
        assert session.engine.read("evidence.pairs").height == 6


@pytest.mark.parametrize("is_new", [False, True])
def test_what_somebody_took_out_of_the_hidden_texts_comes_back(tmp_path: Path, *, is_new: bool) -> None:
    """Texts are searched once, and so are all of them again; whether or not there is a new one, too."""
    project = make(tmp_path / "project", policies=["./own.yaml"])
    own_policy(project, privacy={"personal_data": "mask"})
    add(project, "crowd", "a", *({**pair(number), "winner": f"Write to a{number}@example.org."} for number in range(3)))
    with open_session(project) as session, session.engine.connection() as connection:
        built(session)
        masked = session.engine.read("privacy.masked").sort("text", "id", "part")
        assert masked.height > 0
        connection.execute("delete from privacy.masked").fetchall()
    if is_new:
        add(project, "crowd", "b", pair(9, "bo"))
    with open_session(project) as session:
        built(session)
        assert session.engine.read("privacy.masked").sort("text", "id", "part").equals(masked)
        assert built(session) == set()


@pytest.mark.parametrize(("refit", "fits"), [("every-run", False), ("on-drift", False), ({"days": 7}, True)])
def test_only_a_fit_that_grows_old_is_asked_about_again(tmp_path: Path, refit: object, *, fits: bool) -> None:
    """By the same ledger the same fit is made; whether a kept one is too old by now, the ledger does not say."""
    project = make(tmp_path / "project", policies=["./own.yaml"])
    own_policy(project, refit=refit)
    add(project, "crowd", "a", *(pair(number, rater) for number in range(6) for rater in ("ann", "bo")))
    for expected in (set(TABLES), {name for name in TABLES if fits and name in FITTED}):
        with open_session(project) as session:
            assert built(session) == expected
            with open_project_store(project) as store:
                assert session.published(store) is None


def test_what_is_forgotten_stays_forgotten_when_the_run_dies(stopped: Path, tmp_path: Path) -> None:
    """A table that was about to be built is no longer said to hold, even if that was the last thing the run did."""
    project = copied(stopped, tmp_path / "project")
    own_policy(project, version="99")
    with open_session(project) as session:
        session.build(TABLES[0])
        session.build(TABLES[1])
    own_policy(project)
    with open_session(project) as session:
        assert built(session) == set(TABLES)


@pytest.fixture(scope="module")
def drifting(stopped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project, built by a policy under which a fit is kept; to be copied."""
    project = copied(stopped, tmp_path_factory.mktemp("drifting") / "project")
    own_policy(project, refit="on-drift")
    with open_session(project) as session, open_project_store(project) as store:
        assert built(session) == set(TABLES)
        assert session.published(store) is None
    return project.directory


@pytest.mark.parametrize("alone", [["evidence.pairs"], ["noise.preferences", "noise.raters"], ["layers.main"]])
def test_what_was_built_from_older_tables_is_built_again(drifting: Path, tmp_path: Path, alone: list[str]) -> None:
    """In Dagster a table can be asked for without those before it: its rows are not those of this ledger."""
    project = copied(drifting, tmp_path / "project")
    add(project, "crowd", "b", pair(50, "ann"))
    with open_session(project) as session:
        assert built(session, alone) == set(alone)
        with open_project_store(project) as store:
            assert session.published(store) is None
    with open_session(project) as session:
        assert built(session) == set(TABLES)
        assert session.engine.read("noise.fits")["votes"].to_list() == [15], "the fit was kept"
        assert session.engine.read("evidence.pairs").height == 7


def test_a_preference_that_somebody_took_out_comes_back(stopped: Path, tmp_path: Path) -> None:
    """All that the rater model fills is filled with the first of its tables."""
    project = copied(stopped, tmp_path / "project")
    with open_session(project) as session, session.engine.connection() as connection:
        connection.execute("delete from noise.preferences").fetchall()
    with open_session(project) as session:
        assert built(session) == set(FITTED)
        assert session.engine.read("noise.preferences").height > 0
