"""What Dagster loads: all of it, described, with a project and without one."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from prefstrata.engine import lineage, sql_names
from prefstrata.model.tables import table
from prefstrata.noise import FITTED, READS
from prefstrata.pipeline import COMPUTED, STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]
KEYS = Path(__file__).with_name("asset-keys.txt")


@pytest.fixture(scope="module")
def project(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project, for tests that only look at it."""
    return shutil.copytree(generated, tmp_path_factory.mktemp("looked-at") / "project")


@pytest.fixture(scope="module")
def defs(project: Path) -> dg.Definitions:
    """The definitions of the example project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFSTRATA_PROJECT", str(project))
        found: dg.Definitions = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
    return found


@pytest.fixture(scope="module")
def specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    """Every asset's spec by ``schema/table``."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def validate(home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Load the workspace the way the UI does, in a process of its own."""
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    command = [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-w", "workspace.yaml"]
    environment = {**os.environ, "DAGSTER_HOME": str(home), "PREFSTRATA_PROJECT": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)


def test_asset_keys_are_the_known_ones(specs: dict[str, dg.AssetSpec]) -> None:
    """A key is part of somebody's selection, alert or bookmark: renaming one is a decision, not an accident."""
    assert sorted(specs) == KEYS.read_text().splitlines()


def test_every_asset_is_described_and_owned(specs: dict[str, dg.AssetSpec]) -> None:
    """Nobody has to guess what an asset is, who answers for it, or what it is made with."""
    for key, spec in specs.items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.group_name, key
        assert spec.kinds, key


def test_every_table_shows_its_columns(specs: dict[str, dg.AssetSpec]) -> None:
    """The schema in the UI is the one definition of the tables, meanings included."""
    tables = {key: spec for key, spec in specs.items() if "dagster/table_name" in spec.metadata}
    built = {name.replace(".", "/") for stage in STAGES for name in stage.tables}
    assert built < tables.keys()
    for key, spec in tables.items():
        shown = spec.metadata["dagster/column_schema"].columns
        said = [(column.name, column.type, column.description) for column in shown]
        assert said == [(column.name, column.type, column.doc) for column in table(key.replace("/", ".")).columns]


def test_tables_depend_on_what_their_sql_reads(specs: dict[str, dg.AssetSpec]) -> None:
    """An edge of the graph is a table in the SQL, or a table that must be checked first."""
    for stage in STAGES:
        for name in stage.tables:
            deps = {dep.asset_key.to_user_string() for dep in specs[name.replace(".", "/")].deps}
            reads = READS if name in FITTED else COMPUTED[name].reads if name in COMPUTED else lineage(name)
            assert {read.replace(".", "/") for read in reads} <= deps


def test_the_rater_model_depends_on_what_its_statements_read(specs: dict[str, dg.AssetSpec]) -> None:
    """What any statement of the fit reads from outside of it stands in the graph, and nobody else reads the fit."""
    statements = {*sql_names("fit"), *(name.replace(".", "/") for name in FITTED)}
    outside = {read for name in statements for read in lineage(name) if not read.startswith("fit.")}
    assert outside - set(FITTED) == set(READS)
    assert specs.keys() >= {name.replace(".", "/") for name in {*READS, *FITTED}}
    assert not any(
        read.startswith("fit.")
        for stage in STAGES
        for name in stage.tables
        if name not in FITTED
        for read in lineage(name)
    )


def test_the_rater_model_is_one_step(defs: dg.Definitions) -> None:
    """Its tables are filled together, so nobody can materialise one of them alone."""
    graph = defs.resolve_asset_graph()
    keys = {dg.AssetKey(name.split(".")) for name in FITTED}
    for key in keys:
        assert graph.get(key).execution_set_asset_keys == keys


def test_nothing_is_built_before_the_ledger_is_checked(defs: dg.Definitions, specs: dict[str, dg.AssetSpec]) -> None:
    """Every table that reads the ledger waits for every table that a check of the ledger is shown on."""
    checked = {
        check.asset_key.to_user_string()
        for check in defs.resolve_asset_graph().asset_check_keys
        if check.asset_key.path[0] == "ledger" and f"checks/ledger/{check.name}" in sql_names("checks/ledger")
    }
    assert checked
    for key, spec in specs.items():
        deps = {dep.asset_key.to_user_string() for dep in spec.deps}
        if spec.group_name == "evidence" and any(dep.startswith("ledger/") for dep in deps):
            assert checked <= deps, key


def test_every_statement_of_bad_rows_blocks(defs: dg.Definitions) -> None:
    """Each file under sql/checks is a check that stops what comes after it."""
    graph = defs.resolve_asset_graph()
    blocking = {check.name for check in graph.asset_check_keys if graph.get(check).blocking}
    assert blocking == {name.rsplit("/", 1)[1] for name in sql_names("checks")}


def test_loading_opens_no_warehouse(defs: dg.Definitions, project: Path) -> None:
    """The UI reads the config only: a warehouse it held open would keep every run out."""
    assert defs.resolve_asset_graph().get_all_asset_keys()
    assert sorted(path.name for path in project.iterdir() if path.is_dir()) == ["inbox"]


def test_a_release_is_made_every_day(defs: dg.Definitions) -> None:
    """The schedule runs the same job as the sensor of new files."""
    schedule = defs.resolve_schedule_def("daily_release")
    assert schedule.job_name == "release"
    assert schedule.cron_schedule == "0 5 * * *"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_runs_stay_in_one_process(defs: dg.Definitions) -> None:
    """Only one process may write the warehouse, in jobs and when somebody presses Materialize."""
    for name in ("release", "events", "__ASSET_JOB"):
        assert defs.resolve_job_def(name).executor_def is dg.in_process_executor


def projects(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Folders that are no project, and what is said about each."""
    yield tmp_path / "nowhere", "there is no project at"
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "prefstrata.yaml").write_text("name: wrong\ncolour: blue\n")
    yield wrong, "prefstrata.yaml:2: colour: there is no such key"


def test_workspace_is_valid(project: Path, tmp_path: Path) -> None:
    """The workspace file loads in a process of its own, as `dagster dev` does it."""
    done = validate(tmp_path, project)
    assert done.returncode == 0, done.stderr
    assert "Validation successful for code location prefstrata" in done.stdout + done.stderr


def test_workspace_is_valid_without_a_project(tmp_path: Path) -> None:
    """A missing or broken project is said in the log, and the code location still loads."""
    done = validate(tmp_path, tmp_path / "nowhere")
    assert done.returncode == 0, done.stderr
    assert "there is no project at" in done.stdout + done.stderr


def test_dg_loads_all_definitions(project: Path, tmp_path: Path) -> None:
    """`dg check defs`, as the README of the folder promises it, finds nothing wrong."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "dg.toml").write_text("[cli.telemetry]\nenabled = false\n")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_DG_UPDATE_CHECK_ENABLED": "0",
        "DG_CLI_CONFIG": str(tmp_path / "dg.toml"),
        "PREFSTRATA_PROJECT": str(project),
        "VIRTUAL_ENV": sys.prefix,
    }
    command = [str(Path(sys.executable).with_name("dg")), "check", "defs"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully" in done.stdout + done.stderr


def test_what_is_wrong_with_a_project_is_metadata(load: Callable[[Path], dg.Definitions], tmp_path: Path) -> None:
    """Somebody who sees no sources in the UI finds there what is missing."""
    for folder, said in projects(tmp_path):
        defs = load(folder)
        assert said in str(defs.metadata["project"].value)
        assert not [spec for spec in defs.resolve_all_asset_specs() if spec.group_name == "sources"]
        assert defs.resolve_job_def("release")
