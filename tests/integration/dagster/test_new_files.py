"""The sensor that starts a release when somebody drops a file."""

from __future__ import annotations

import gzip
import os
import time
from typing import TYPE_CHECKING

import dagster as dg
import pytest
import yaml

from dagster_project.sensors import new_files

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600


@pytest.fixture
def project(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose files have lain there for an hour."""
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(project))
    for path in (project / "inbox").rglob("*"):
        age(path, HOUR)
    return project


def age(path: Path, seconds: float) -> None:
    """Make a file look as if it had changed that long ago."""
    os.utime(path, (time.time() - seconds,) * 2)


def tick(cursor: str | None = None) -> dg.SensorResult | str:
    """One tick: the result, or why there is none."""
    said = new_files(dg.build_sensor_context(cursor=cursor))
    if isinstance(said, dg.SkipReason):
        return str(said.skip_message)
    assert isinstance(said, dg.SensorResult)
    return said


def started(cursor: str | None = None) -> tuple[dg.RunRequest, str]:
    """One tick that starts a run: the request and the next cursor."""
    said = tick(cursor)
    assert isinstance(said, dg.SensorResult), said
    [request] = said.run_requests or ()
    return request, str(said.cursor)


def test_files_start_one_run(project: Path) -> None:
    """What lies in the inbox starts one run, however many files there are, and then no other."""
    request, cursor = started()
    assert request.tags["prefstrata/new_files"] == str(len(list((project / "inbox").rglob("*.*"))))
    assert tick(cursor) == f"nothing new in {project}"


def test_a_new_file_and_a_changed_file_start_a_run(project: Path) -> None:
    """A file is known by path, size and time of change; one that no source reads starts nothing."""
    _, cursor = started()
    (project / "inbox" / "users" / "notes.txt").write_text("not a source's")
    assert isinstance(tick(cursor), str)
    added = project / "inbox" / "users" / "2026-11-01.jsonl.gz"
    added.write_bytes(gzip.compress(b"{}\n"))
    age(added, 60)
    first, cursor = started(cursor)
    assert first.tags["prefstrata/new_files"] == "1"
    added.write_bytes(gzip.compress(b"{}\n{}\n"))
    age(added, 60)
    second, cursor = started(cursor)
    assert second.run_key != first.run_key
    added.unlink()
    assert isinstance(tick(cursor), str)


def test_a_changed_joined_file_starts_a_run(project: Path) -> None:
    """Records mean something else when the file they are joined with changed, though their own files did not."""
    joining = {
        "name": "joining",
        "mode": "offline",
        "supervisor": "crowd",
        "path": "inbox/joining/*.jsonl",
        "format": "mapping",
        "map": {
            "fields": {"k": "text"},
            "join": {
                "as": "other",
                "path": "texts/others.jsonl",
                "fields": {"k": "text", "p": "text"},
                "match": {"k": "k"},
            },
            "prompt": "other.p",
            "ratings": [{"response": {"text": "k"}, "value": 1, "scale": [0, 1]}],
        },
    }
    config = yaml.safe_load((project / "prefstrata.yaml").read_text("utf-8"))
    config["sources"].append(joining)
    (project / "prefstrata.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    _, cursor = started()
    others = project / "texts" / "others.jsonl"
    others.parent.mkdir()
    for text in ("one", "another"):
        others.write_text(f'{{"k": "a", "p": "{text}"}}\n', "utf-8")
        age(others, 60)
        request, cursor = started(cursor)
        assert request.tags["prefstrata/new_files"] == "1"
    assert tick(cursor) == f"nothing new in {project}"


def test_the_same_files_are_the_same_run(project: Path) -> None:
    """A tick repeated after a crash asks for the same run, which Dagster then starts once."""
    assert project
    assert started()[0].run_key == started()[0].run_key


def test_a_file_still_being_written_is_waited_for(project: Path) -> None:
    """A file that changed a second ago may not be whole; one that never comes to rest is read anyway."""
    _, cursor = started()
    growing = project / "inbox" / "users" / "2026-11-02.jsonl.gz"
    growing.write_bytes(gzip.compress(b"{}\n"))
    assert tick(cursor) == "new files are still being written"
    lasting = project / "inbox" / "users" / "2026-11-03.jsonl.gz"
    lasting.write_bytes(gzip.compress(b"{}\n"))
    age(lasting, HOUR)
    assert isinstance(tick(cursor), dg.SensorResult)


def test_without_a_project_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing project skips the tick with the reason, it does not fail it."""
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(tmp_path / "nowhere"))
    assert "there is no project at" in str(tick())
