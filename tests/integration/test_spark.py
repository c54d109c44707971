"""One project, two engines, one release: DuckDB on this machine, and Spark."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml

from examples.generator import generate
from prefstrata.engine import read_warehouse
from prefstrata.model.resources import data_directory
from prefstrata.model.tables import table
from prefstrata.pipeline import Session, open_project_store, open_session, run
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import Status, read_manifest
from tests._command import inside
from tests._short import in_short
from tests._spark import SMALL
from tests.faults.test_poisoned_files import GOOD, POISON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

    from prefstrata.engine.spark._warehouse import SparkWarehouse
    from prefstrata.project import Project

# A run is some five hundred statements, and a busy machine plans each for seconds.
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(1800)]

_PROMPTS = 20
_SOURCE = {
    "name": "poisoned",
    "mode": "offline",
    "supervisor": "crowd",
    "path": "inbox/poisoned/*.jsonl",
    "format": "mapping",
    "map": {
        "fields": {"prompt": "text", "score": "number", "n": "integer", "meta": {"rater": "text", "tags": ["text"]}},
        "prompt": "prompt",
        "responses": {"only": {"text": "meta.rater"}},
        "ratings": [{"response": "only", "value": "score", "scale": [0, 1], "rater": "meta.rater"}],
    },
}
_OPTIONS = {**SMALL, "spark.driver.memory": "1500m"}


def _write(folder: Path, **config: object) -> Project:
    file = folder / PROJECT_FILE
    document = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**document, **config}, sort_keys=False), "utf-8")
    return read_project(folder)


@pytest.fixture(scope="module", autouse=True)
def _in_short() -> Iterator[None]:
    """On either engine."""
    with in_short():
        yield


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The example project, with a source whose file is full of poison, run on DuckDB."""
    folder = tmp_path_factory.mktemp("duckdb") / "project"
    generate(folder, prompts=_PROMPTS)
    (folder / "inbox" / "poisoned").mkdir()
    poison = b"\n".join(GOOD + b"\n" + bad for bad, _ in POISON)
    (folder / "inbox" / "poisoned" / "all.jsonl").write_bytes(poison)
    written = yaml.safe_load((folder / PROJECT_FILE).read_text("utf-8"))
    general = (data_directory("policies") / "general.yaml").read_text("utf-8")
    # So its files say what they were made from, too.
    (folder / "own.yaml").write_text(f"{general}\nrefit: on-drift\n", "utf-8")
    policies = ["./own.yaml" if each.startswith("general") else each for each in written["policies"]]
    project = _write(folder, sources=[*written["sources"], _SOURCE], policies=policies)
    assert run(project).outcome.status is Status.PUBLISHED
    return project


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """One Spark for all runs: a run uses the one there is, and leaves it running."""
    from prefstrata.engine.spark import spark_session  # noqa: PLC0415 - only where there is one

    session = spark_session("local[2]", _OPTIONS)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def on_spark(on_duckdb: Project, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same project with another engine, and nothing else changed, run."""
    assert spark is not None
    # A folder of this name is a column to whoever reads Parquet as Hive laid it out.
    folder = tmp_path_factory.mktemp("spark") / "task=lake" / "project"
    shutil.copytree(on_duckdb.directory, folder, ignore=shutil.ignore_patterns("warehouse", "releases"))
    project = _write(folder, engine={"kind": "spark", "master": "local[2]", "options": _OPTIONS})
    assert run(project).outcome.status is Status.PUBLISHED
    return project


def _manifest(project: Project) -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve("latest")))
        return document


def _rows(project: Project, select: str) -> list[tuple[Any, ...]]:
    with read_warehouse(project.warehouse_path) as connection:
        return connection.execute(select).fetchall()


def test_the_release_is_the_same_to_the_last_byte(on_duckdb: Project, on_spark: Project) -> None:
    """Release id, every file's hash, and all that the manifest says: the engine leaves no trace in them."""
    one, other = _manifest(on_duckdb), _manifest(on_spark)
    assert one["files"] == other["files"]
    assert any("made_from" in file for file in one["files"])
    assert one == other


def test_bad_lines_are_in_the_same_quarantine(on_duckdb: Project, on_spark: Project) -> None:
    """Reason, place, hash and start of every refused record, poison and all, are those of the other engine."""
    held = "select * exclude (seq) from ledger.quarantine order by all"
    assert _rows(on_spark, held) == _rows(on_duckdb, held)
    refused = {reason for [reason] in _rows(on_spark, "select reason from ledger.quarantine where source = 'poisoned'")}
    assert refused >= {reason for _, reason in POISON}


def test_the_ledger_is_the_same(on_duckdb: Project, on_spark: Project) -> None:
    """Every row of every ledger table, order numbers included."""
    tables = [
        name for [name] in _rows(on_duckdb, "select table_name from duckdb_tables() where schema_name = 'ledger'")
    ]
    assert len(tables) >= 10
    for name in tables:
        every = f"select * from ledger.{name} order by all"  # noqa: S608 - own names
        assert _rows(on_spark, every) == _rows(on_duckdb, every), name


def test_nothing_new_is_nothing_to_do(on_spark: Project) -> None:
    """A second run reads no file and publishes nothing; what runs leave behind is the pointer and what it names."""
    again = run(on_spark)
    assert again.outcome.status is Status.NOTHING_NEW
    assert not again.ingested.new
    home = on_spark.warehouse_path
    named = json.loads((home / "tables.json").read_text("utf-8"))["tables"]
    there = {path.relative_to(home).as_posix() for path in home.glob("*/*/*")}
    assert there == {part for parts in named.values() for part in parts}


def test_a_transaction_that_fails_leaves_the_tables_as_they_were(on_spark: Project) -> None:
    """What was built in it is gone, in this session and for whoever comes next."""
    before = _rows(on_spark, "select * from evidence.prompts order by all")
    with open_session(on_spark) as session:
        with pytest.raises(FileNotFoundError), session.engine.transaction():
            _cleared_and_failed(session)
        assert session.engine.read("evidence.prompts").height == len(before)
    assert _rows(on_spark, "select * from evidence.prompts order by all") == before


def _cleared_and_failed(session: Session) -> None:
    session.engine.clear("evidence.prompts")
    assert session.engine.read("evidence.prompts").is_empty()
    session.engine.query("reports/no_such_statement")


def test_commands_look_into_its_warehouse(on_duckdb: Project, on_spark: Project) -> None:
    """``sql``, ``queue`` and ``policy lint`` say what they say on DuckDB; nothing can be written by asking."""
    for words in (
        ("sql", "select count(*) as votes from evidence.votes", "--json"),
        ("queue", "list", "--json"),
        ("policy", "lint", "--json"),
    ):
        said = [
            inside("--project", project.directory, *words, cwd=project.directory) for project in (on_duckdb, on_spark)
        ]
        assert said[0].code == said[1].code, said
        assert said[0].out.replace(str(on_duckdb.directory), "") == said[1].out.replace(str(on_spark.directory), "")
    home = on_spark.warehouse_path
    held = sorted(home.rglob("*"))
    for statement in (
        f"copy (select 1) to '{home}/data/x.parquet'",
        "create table mine as select 1",
        "select 1; drop view x",
    ):
        refused = inside("--project", on_spark.directory, "sql", statement, cwd=on_spark.directory)
        assert refused.code == 2, statement
    assert sorted(home.rglob("*")) == held


def test_small_results_have_their_types_without_rows(on_spark: Project) -> None:
    """A query without rows has the columns and types that it has with rows."""
    with open_session(on_spark) as session:
        session.engine.clear("manifest.before")
        empty = session.engine.read("manifest.before")
        sizes = session.engine.query("manifest/sizes")
    assert empty.schema["record_id"] == pl.String
    assert sizes.schema == {"layer": pl.String, "kind": pl.String, "records": pl.Int64}


_SCANS = " union all ".join(["select rater_id from evidence.withdrawn"] * 3)
_HELD = f"with s as ({_SCANS}) select rater_id from s join s as b using (rater_id) join s as c using (rater_id)"  # noqa: S608


@pytest.fixture
def warehouse(spark: SparkSession, tmp_path: Path) -> Iterator[SparkWarehouse]:
    """A warehouse with two raters who withdrew."""
    from prefstrata.engine.spark._warehouse import SparkWarehouse  # noqa: PLC0415 - only where there is one

    made = SparkWarehouse(spark, tmp_path / "tables")
    columns = [column.name for column in table("evidence.withdrawn").columns]
    rows = pl.DataFrame({name: ["ann", "bob"] if name == "rater_id" else [None, None] for name in columns})
    made.load("evidence.withdrawn", rows)
    yield made
    made.close()


def _held(of: SparkWarehouse, tmp_path: Path) -> tuple[list[Path], list[str]]:
    """The files of rows that are held, and the views of them."""
    views = [row["viewName"] for row in of.session.sql("show views").collect() if "held" in row["viewName"]]
    return sorted((tmp_path / "tables" / "scratch" / "held").glob("*/*.parquet")), views


def test_rows_named_often_are_written_once_and_go_with_the_statement(warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """Also when two statements call theirs the same, and both are open."""
    with warehouse.translated(_HELD, {}) as all_of_them:
        with warehouse.translated(_HELD.replace("withdrawn", "withdrawn where rater_id = 'ann'"), {}) as some:
            assert len(_held(warehouse, tmp_path)[1]) == 2
            assert {row["rater_id"] for row in some.collect()} == {"ann"}
        assert _held(warehouse, tmp_path)[0]
        assert {row["rater_id"] for row in all_of_them.collect()} == {"ann", "bob"}
        assert all_of_them.count() == 2 * 3**3
    assert _held(warehouse, tmp_path) == ([], [])


def test_rows_of_a_statement_that_fails_go_too(warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """Nothing is left of what was held for it."""
    with pytest.raises(Exception, match="no_such_column"), warehouse.translated(f"{_HELD} where no_such_column", {}):
        pass
    assert _held(warehouse, tmp_path) == ([], [])


def test_what_parquet_cannot_hold_is_not_held(warehouse: SparkWarehouse, tmp_path: Path) -> None:
    """A column of nothing but null has no type; rows with one are worked out where they are named."""
    with warehouse.translated(
        _HELD.replace("select rater_id from evidence", "select rater_id, null as nothing from evidence"), {}
    ) as rows:
        assert rows.count() == 2 * 3**3
        assert _held(warehouse, tmp_path)[0] == []
