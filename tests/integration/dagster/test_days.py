"""Event sources by the day: which file is of which day, and days read on their own."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets import day_of, source_key
from prefstrata.pipeline import open_session
from prefstrata.project import read_project
from tests.integration.dagster.conftest import materialised

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Load = Callable[[Path], dg.Definitions]

USERS = source_key("users")


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("inbox/users/2026-11-03.jsonl.gz", "2026-11-03"),
        ("inbox/users/20261103.jsonl", "2026-11-03"),
        ("inbox/users/2026/11/03/part-0.jsonl", "2026-11-03"),
        ("inbox/users/part_2026_11_03_00.jsonl", "2026-11-03"),
        ("inbox/2025-01-01/users/2026-11-03.jsonl", "2025-01-01"),
        ("inbox/users/2026-02-30.jsonl", None),
        ("inbox/users/2026-02-30/2026-03-01.jsonl", "2026-03-01"),
        ("inbox/users/1202611031.jsonl", None),
        ("inbox/users/2026-13-01.jsonl", None),
        ("inbox/users/latest.jsonl", None),
    ],
)
def test_the_day_is_the_first_date_in_the_path(file: str, day: str | None) -> None:
    """What is no date of the calendar is no day."""
    assert day_of(file) == day


def content_id(folder: Path) -> str:
    """What a release made now would hold."""
    with open_session(read_project(folder)) as session:
        return session.identity.content_id


def batches(folder: Path) -> set[str]:
    """The files in the ledger."""
    with open_session(read_project(folder)) as session:
        return set(session.engine.read("ledger.batches")["uri"].to_list())


@pytest.fixture
def read(generated: Path, tmp_path: Path) -> Path:
    """The same project, all of its files read at once."""
    folder = shutil.copytree(generated, tmp_path / "read")
    with open_session(read_project(folder)) as session:
        session.ingest()
    return folder


def test_a_backfill_reads_its_days_in_one_run(
    project: Path, read: Path, load: Load, instance: dg.DagsterInstance
) -> None:
    """A range of days is one run that reads those files alone; the ledger after it is the same as without it."""
    defs = load(project)
    graph = defs.resolve_asset_graph()
    assert graph.get(USERS).backfill_policy == dg.BackfillPolicy.single_run()
    assert graph.get(USERS).partitions_def.get_first_partition_key() == "2026-10-01"

    result = defs.resolve_job_def("events").execute_in_process(
        instance=instance,
        asset_selection=[USERS],
        tags={
            "dagster/asset_partition_range_start": "2026-10-02",
            "dagster/asset_partition_range_end": "2026-10-04",
        },
    )
    wanted = {"2026-10-02", "2026-10-03", "2026-10-04"}
    there = {f"inbox/users/{day}.jsonl.gz" for day in wanted if (project / f"inbox/users/{day}.jsonl.gz").exists()}
    assert there
    assert batches(project) == there
    assert instance.get_materialized_partitions(USERS) == wanted
    shown = {key: value.value for key, value in materialised(result)["sources/users"].metadata.items()}
    assert shown["days"] == "2026-10-02 to 2026-10-04"
    assert shown["files read now"] == len(there)
    assert shown["days without a file"] == len(wanted) - len(there)
    assert shown["records read"] == shown["accepted"] + shown["quarantined"]

    ledger = [key for key in graph.get_all_asset_keys() if key.path[0] == "ledger"]
    rest = defs.resolve_job_def("release").execute_in_process(instance=instance, asset_selection=ledger)
    assert rest.success
    assert batches(project) == batches(read) > there
    assert content_id(project) == content_id(read)


def test_a_day_is_read_once(project: Path, load: Load, instance: dg.DagsterInstance) -> None:
    """Reading a day again finds its file known and changes nothing."""
    job = load(project).resolve_job_def("events")
    for expected in (1, 0):
        result = job.execute_in_process(instance=instance, asset_selection=[USERS], partition_key="2026-10-01")
        assert materialised(result)["sources/users"].metadata["files read now"].value == expected
        before = content_id(project)
    assert content_id(project) == before


def test_a_source_that_is_gone_is_an_error(project: Path, load: Load, instance: dg.DagsterInstance) -> None:
    """A code location older than the config says that it must be reloaded."""
    job = load(project).resolve_job_def("events")
    config = project / "prefstrata.yaml"
    config.write_text(config.read_text("utf-8").replace("- name: users", "- name: visitors"))
    result = job.execute_in_process(
        instance=instance, asset_selection=[USERS], partition_key="2026-10-01", raise_on_error=False
    )
    assert not result.success
    assert "reload the code location" in json.dumps([str(event) for event in result.all_events])
