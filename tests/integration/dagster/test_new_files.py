"""The sensor that starts a release when somebody drops a file."""

from __future__ import annotations

import gzip
import json
import os
import time
from typing import TYPE_CHECKING

import dagster as dg
import pytest
import yaml

from dagster_project import arrivals
from dagster_project.sensors import new_files

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600
FAILURE, CANCELED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED


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


def tick(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult | str:
    """One tick: the result, or why there is none."""
    said = new_files(dg.build_sensor_context(instance=instance, cursor=cursor))
    if isinstance(said, dg.SkipReason):
        return str(said.skip_message)
    assert isinstance(said, dg.SensorResult)
    return str(said.skip_reason.skip_message) if said.skip_reason else said


def asked(instance: dg.DagsterInstance, cursor: str | None = None) -> tuple[dg.RunRequest, str]:
    """One tick that asks for a run: the request and the next cursor."""
    said = tick(instance, cursor)
    assert isinstance(said, dg.SensorResult), said
    [request] = said.run_requests or ()
    return request, str(said.cursor)


def started(
    instance: dg.DagsterInstance, cursor: str | None = None, status: dg.DagsterRunStatus = dg.DagsterRunStatus.SUCCESS
) -> tuple[dg.RunRequest, str]:
    """The same, and a run of this request that has come to this."""
    request, cursor = asked(instance, cursor)
    ended = {dg.DagsterRunStatus.FAILURE: instance.report_run_failed, CANCELED: instance.report_run_canceled}
    status_now = dg.DagsterRunStatus.STARTED if status in ended else status
    run = instance.add_run(dg.DagsterRun(job_name="release", status=status_now, tags=dict(request.tags)))
    if status in ended:
        ended[status](run)
    return request, cursor


def test_files_start_one_run(project: Path, instance: dg.DagsterInstance) -> None:
    """What lies in the inbox starts one run, however many files there are, and then no other."""
    request, cursor = started(instance)
    assert request.tags["prefstrata/new_files"] == str(len(list((project / "inbox").rglob("*.*"))))
    assert tick(instance, cursor) == f"nothing new in {project}"


def test_a_new_file_and_a_changed_file_start_a_run(project: Path, instance: dg.DagsterInstance) -> None:
    """A file is known by path, size and time of change; one that no source reads starts nothing."""
    _, cursor = started(instance)
    (project / "inbox" / "users" / "notes.txt").write_text("not a source's")
    assert isinstance(tick(instance, cursor), str)
    added = project / "inbox" / "users" / "2026-11-01.jsonl.gz"
    added.write_bytes(gzip.compress(b"{}\n"))
    age(added, 60)
    first, cursor = started(instance, cursor)
    assert first.tags["prefstrata/new_files"] == "1"
    added.write_bytes(gzip.compress(b"{}\n{}\n"))
    age(added, 60)
    second, cursor = started(instance, cursor)
    assert second.run_key != first.run_key
    added.unlink()
    assert isinstance(tick(instance, cursor), str)


def test_a_changed_joined_file_starts_a_run(project: Path, instance: dg.DagsterInstance) -> None:
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
    _, cursor = started(instance)
    others = project / "texts" / "others.jsonl"
    others.parent.mkdir()
    for text in ("one", "another"):
        others.write_text(f'{{"k": "a", "p": "{text}"}}\n', "utf-8")
        age(others, 60)
        request, cursor = started(instance, cursor)
        assert request.tags["prefstrata/new_files"] == "1"
    assert tick(instance, cursor) == f"nothing new in {project}"


def test_the_same_files_are_the_same_run(project: Path, instance: dg.DagsterInstance) -> None:
    """A tick repeated after a crash asks for the same run, which Dagster then starts once."""
    assert project
    assert asked(instance)[0].run_key == asked(instance)[0].run_key


def test_a_file_still_being_written_is_waited_for(project: Path, instance: dg.DagsterInstance) -> None:
    """A file that changed a second ago may not be whole; one that never comes to rest is read anyway."""
    _, cursor = started(instance)
    growing = project / "inbox" / "users" / "2026-11-02.jsonl.gz"
    growing.write_bytes(gzip.compress(b"{}\n"))
    assert tick(instance, cursor) == "new files are still being written"
    lasting = project / "inbox" / "users" / "2026-11-03.jsonl.gz"
    lasting.write_bytes(gzip.compress(b"{}\n"))
    age(lasting, HOUR)
    assert isinstance(tick(instance, cursor), dg.SensorResult)


def test_without_a_project_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    """A missing project skips the tick with the reason, it does not fail it."""
    monkeypatch.setenv("PREFSTRATA_PROJECT", str(tmp_path / "nowhere"))
    assert "there is no project at" in str(tick(instance))


@pytest.mark.parametrize("status", [FAILURE, CANCELED])
def test_what_failed_is_asked_for_again_a_few_times(
    project: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, status: dg.DagsterRunStatus
) -> None:
    """After a pause, under a key of its own; after the last try only what has changed is tried."""
    first, cursor = started(instance, status=status)
    assert "failed 1 time, last in run" in str(tick(instance, cursor))
    assert "it is tried again at" in str(tick(instance, cursor))
    monkeypatch.setattr(arrivals, "PAUSES", (0.0,))
    second, cursor = started(instance, cursor, status)
    assert second.run_key != first.run_key
    assert "tried again when a file, prefstrata.yaml or a policy has changed" in str(tick(instance, cursor))
    with (project / "prefstrata.yaml").open("a") as file:
        file.write("# mended\n")
    third, cursor = started(instance, cursor)
    assert third.tags["prefstrata/new_files"] == first.tags["prefstrata/new_files"]
    assert tick(instance, cursor) == f"nothing new in {project}"


def test_a_cursor_that_was_reset_asks_again(project: Path, instance: dg.DagsterInstance) -> None:
    """Dagster starts no second run under a key, so the key is another one; a run under way is waited for."""
    assert project
    first, _ = started(instance, status=FAILURE)
    again, cursor = started(instance, status=dg.DagsterRunStatus.STARTED)
    assert again.run_key != first.run_key
    assert "is to read" in str(tick(instance, cursor))


def test_another_file_is_no_reason_to_forget_a_failure(project: Path, instance: dg.DagsterInstance) -> None:
    """What failed and what has come since are asked for together, at once; any release that ends well has read both."""
    first, cursor = started(instance, status=FAILURE)
    added = project / "inbox" / "users" / "2026-11-01.jsonl.gz"
    added.write_bytes(gzip.compress(b"{}\n"))
    age(added, 60)
    second, cursor = started(instance, cursor, FAILURE)
    assert int(second.tags["prefstrata/new_files"]) == int(first.tags["prefstrata/new_files"]) + 1

    @dg.job(name="release")
    def by_the_schedule() -> None:
        """A release that somebody else started."""

    assert by_the_schedule.execute_in_process(instance=instance).success
    assert tick(instance, cursor) == f"nothing new in {project}"


def test_the_cursor_of_an_earlier_version_is_read(project: Path, instance: dg.DagsterInstance) -> None:
    """It was a list of what was seen."""
    _, cursor = started(instance)
    seen = json.dumps(json.loads(cursor)["pending"])
    assert tick(instance, seen) == f"nothing new in {project}"
