"""The whole graph, materialised: what the job `release` does, shows and publishes."""

from __future__ import annotations

import base64
import importlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from prefstrata.engine import DuckDBEngine
from prefstrata.pipeline import STAGES
from prefstrata.project import open_project_store, read_project
from tests.integration.dagster.conftest import materialised

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://dagster.example"


@dataclass(frozen=True)
class Ran:
    """The job, run twice on one project, and where to ask about it."""

    project: Path
    defs: dg.Definitions
    instance: dg.DagsterInstance
    first: dg.ExecuteInProcessResult
    second: dg.ExecuteInProcessResult


@pytest.fixture(scope="module")
def ran(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """A new project, run twice."""
    project = shutil.copytree(generated, tmp_path_factory.mktemp("ran") / "project")
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("PREFSTRATA_PROJECT", str(project))
        patch.setenv("PREFSTRATA_DAGSTER_URL", f"{URL}/")
        defs = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
        job = defs.resolve_job_def("release")
        yield Ran(
            project, defs, instance, *(job.execute_in_process(instance=instance, raise_on_error=False) for _ in "12")
        )


def test_everything_is_materialised(ran: Ran) -> None:
    """Every asset has a materialisation but the source nobody answered yet, event sources one for each day of files."""
    assert ran.first.success
    specs = {spec.key.to_user_string() for spec in ran.defs.resolve_all_asset_specs()}
    assert materialised(ran.first).keys() == specs - {"sources/answers"}
    days = ran.instance.get_materialized_partitions(dg.AssetKey(["sources", "users"]))
    assert days == {path.name.removesuffix(".jsonl.gz") for path in (ran.project / "inbox" / "users").iterdir()}


def test_row_counts_are_those_of_the_warehouse(ran: Ran) -> None:
    """What an asset's page says is what the table holds; with nothing new, no table was built again."""
    told, again = materialised(ran.first), materialised(ran.second)
    engine = DuckDBEngine(read_project(ran.project).warehouse_path)
    try:
        for stage in STAGES:
            for name in stage.tables:
                said, held = told[name.replace(".", "/")].metadata, engine.read(name).height
                assert said["dagster/row_count"].value == said["rows recomputed"].value == held
                stayed = again[name.replace(".", "/")].metadata
                assert stayed["dagster/row_count"].value == stayed["rows skipped"].value == held
                assert stayed["rows read"].value == stayed["rows recomputed"].value == 0
        votes, prompts = (engine.read(f"ledger.{name}").height for name in ("votes", "prompts"))
        assert told["evidence/votes"].metadata["rows read"].value > votes
        assert told["evidence/prompts"].metadata["rows read"].value >= prompts
        read = engine.read("ledger.batches")["read"].sum()
        ledger = again["ledger/batches"].metadata
        assert ledger["records read"].value + ledger["records skipped"].value == read > ledger["records read"].value
    finally:
        engine.close()


def test_every_stage_shows_a_plot(ran: Ran) -> None:
    """Plots are small PNGs inside the metadata, one for each stage at least."""
    plots: dict[str, list[bytes]] = {}
    for key, made in materialised(ran.first).items():
        for value in made.metadata.values():
            if isinstance(value, dg.MarkdownMetadataValue) and "base64," in str(value.value):
                image = str(value.value).split("base64,")[1].removesuffix(")")
                plots.setdefault(key.split("/")[0], []).append(base64.b64decode(image))
    assert plots.keys() == {"ledger", "evidence", "noise", "weighting", "layers", "teaching", "release"}
    for images in plots.values():
        for image in images:
            assert image.startswith(b"\x89PNG")
            assert len(image) < 80_000


def test_equal_content_has_an_equal_data_version(ran: Ran) -> None:
    """A table built again from the same rows is the same, so nothing after it is out of date."""
    first, second = materialised(ran.first), materialised(ran.second)
    versions = {key: (made.tags or {})["dagster/data_version"] for key, made in first.items()}
    assert len(set(versions.values())) == len(versions)
    assert {key: (made.tags or {})["dagster/data_version"] for key, made in second.items()} == {
        key: version for key, version in versions.items() if key in second
    }


def test_nothing_is_stale_after_a_run(ran: Ran) -> None:
    """Dagster agrees that everything is up to date, sources and policies included."""
    graph = ran.defs.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(ran.instance, graph, LoadingContextForTest(ran.instance))
    for key in graph.get_all_asset_keys():
        if not graph.get(key).is_partitioned:
            assert resolver.get_status(key) == StaleStatus.FRESH, key


def test_every_noise_check_is_shown_with_figure_slice_and_meaning(ran: Ran) -> None:
    """Each of the eight is evaluated on the asset of its figures; it warns, and stops nothing."""
    shown = {
        each.check_name.split("_")[0]: each
        for each in ran.first.get_asset_check_evaluations()
        if each.asset_key == dg.AssetKey(["noise", "checks"])
    }
    assert sorted(shown) == [f"n{number}" for number in range(1, 9)]
    for check in shown.values():
        assert {"meaning", "figure", "slice", "threshold", "figures", "failed figures"} <= check.metadata.keys()
        assert ("action" in check.metadata) == (not check.passed)
        assert str(check.metadata["slice"].value) in str(check.metadata["meaning"].value)
        assert check.severity == dg.AssetCheckSeverity.WARN
        assert check.passed == (check.metadata["failed figures"].value == 0)


def test_the_release_is_published_and_shown(ran: Ran) -> None:
    """The release asset names tag and id, counts layers and bytes, and links a report that can be opened."""
    shown = {key: value.value for key, value in materialised(ran.first)["release"].metadata.items()}
    assert (shown["status"], shown["tag"]) == ("published", "v000001")
    assert shown["bytes uploaded"] > 0
    assert shown["records in golden"] > 0
    assert Path(shown["report"]).read_text("utf-8").startswith("<!doctype html>")
    with open_project_store(read_project(ran.project)) as store:
        commit = store.resolve("latest")
    assert commit.release_id == shown["release id"]
    assert commit.metadata["dagster_run_id"] == ran.first.run_id
    assert commit.metadata["::lakefs::Dagster::url[url:ui]"] == f"{URL}/runs/{ran.first.run_id}"


def test_with_nothing_new_nothing_is_published(ran: Ran) -> None:
    """A second run says so and succeeds; there is one release."""
    assert ran.second.success
    shown = materialised(ran.second)["release"].metadata
    assert (shown["status"].value, shown["tag"].value) == ("nothing new", "v000001")
    with open_project_store(read_project(ran.project)) as store:
        assert [tag.name for tag in store.tags()] == ["v000001"]


def test_dagster_and_the_command_make_the_same_release(ran: Ran, released: Path) -> None:
    """How a run was started is nothing a release depends on."""
    with open_project_store(read_project(released)) as store:
        release_id = store.resolve("latest").release_id
    assert release_id == materialised(ran.first)["release"].metadata["release id"].value


def test_every_check_ran_and_passed(ran: Ran) -> None:
    """Each check has one result with its meaning; the example's broken records are in quarantine and harm nobody."""
    results = ran.first.get_asset_check_evaluations()
    graph = ran.defs.resolve_asset_graph()
    assert {result.asset_check_key for result in results} == set(graph.asset_check_keys)
    assert len(results) == len(graph.asset_check_keys)
    for result in results:
        assert result.passed, (result.check_name, result.metadata)
        assert result.metadata["meaning"].value


def test_data_docs_are_written_per_run(ran: Ran) -> None:
    """Each suite has pages of its own for each run, and its checks link them."""
    folder = ran.project / ".dagster" / "data-docs"
    assert {path.name for path in folder.iterdir()} == {ran.first.run_id, ran.second.run_id}
    linked = {
        Path(str(result.metadata["data docs"].value))
        for result in ran.first.get_asset_check_evaluations()
        if "data docs" in result.metadata
    }
    assert len(linked) == len(list((folder / ran.first.run_id).iterdir()))
    for page in linked:
        assert page.is_relative_to(folder / ran.first.run_id)
        assert page.parent.name in page.read_text("utf-8")
