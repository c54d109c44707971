"""What goes wrong stops what it must, and people hear of it: which check, where, which rows."""

from __future__ import annotations

import importlib
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
import pytest
import yaml

from dagster_project.sensors import alert_on_failures
from prefstrata.engine import DuckDBEngine
from prefstrata.model import UnreachableError
from prefstrata.model.resources import data_directory
from prefstrata.pipeline import open_session
from prefstrata.project import read_project
from prefstrata.releases import MANIFEST
from tests._command import inside
from tests.integration.dagster.conftest import Inbox, materialised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    Load = Callable[[Path], dg.Definitions]

# Apprise loads all of its plugins at once; one of them imports a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def spoil(folder: Path, statement: str) -> None:
    """Change the warehouse behind everybody's back, as a bug or a hand would."""
    engine = DuckDBEngine(read_project(folder).warehouse_path)
    try:
        with engine.connection() as connection:
            connection.execute(statement).fetchall()
    finally:
        engine.close()


def tick(instance: dg.DagsterInstance, cursor: str | None) -> tuple[str, str]:
    """One tick of the alert sensor: what it says, and its cursor."""
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    said = alert_on_failures(context)
    assert isinstance(said, dg.SkipReason)
    return str(said.skip_message), str(context.cursor)


def failed(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckSeverity]:
    """The checks that failed in a run, with their severity."""
    return {each.check_name: each.severity for each in result.get_asset_check_evaluations() if not each.passed}


def keys(defs: dg.Definitions, chosen: dg.AssetSelection) -> list[dg.AssetKey]:
    """The assets of the job `release` that are chosen."""
    return sorted(
        chosen.resolve(defs.resolve_asset_graph()) & defs.resolve_job_def("release").asset_layer.executable_asset_keys
    )


@dataclass(frozen=True)
class Ended:
    """A run that has ended, and the cursor of the alert sensor from before it."""

    project: Path
    instance: dg.DagsterInstance
    cursor: str
    result: dg.ExecuteInProcessResult

    def tick(self) -> tuple[str, str]:
        """The tick of the alert sensor after it."""
        with placed(self.project):
            return tick(self.instance, self.cursor)


@contextmanager
def placed(project: Path) -> Iterator[None]:
    """Until the block ends, this is the project of whoever asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFSTRATA_PROJECT", str(project))
        yield


@contextmanager
def ended(project: Path, config: Mapping[str, Any]) -> Iterator[Ended]:
    """The job `release`, run in this project."""
    with dg.DagsterInstance.ephemeral() as instance:
        with placed(project):
            definitions = importlib.reload(importlib.import_module("dagster_project.definitions")).defs
            _, cursor = tick(instance, None)
            job = definitions.resolve_job_def("release")
            result = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False)
        yield Ended(project, instance, cursor, result)


@pytest.fixture(scope="module")
def shut_out(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A run that finds its project taken, and may not wait for it."""
    project = shutil.copytree(released, tmp_path_factory.mktemp("shut-out") / "project")
    with (
        open_session(read_project(project)),
        ended(project, {"resources": {"session": {"config": {"wait": 0}}}}) as run,
    ):
        yield run


@pytest.fixture(scope="module")
def approving(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A run that says yes to a draft, in a project where a file came since; all is well."""
    project = shutil.copytree(released, tmp_path_factory.mktemp("approving") / "project")
    draft = project / "drafts" / "b68a044d70a9"
    draft.mkdir(parents=True)
    with open_session(read_project(project)) as session:
        stopped = {"content_id": session.identity.content_id, "gates": {"results": []}}
    (draft / MANIFEST).write_text(json.dumps(stopped))
    known = next(iter(sorted((project / "inbox").rglob("*.jsonl"))))
    known.with_name("late.jsonl").write_text("".join(known.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    with ended(project, {"ops": {"publish": {"config": {"approve": "as looked at", "by": "ann"}}}}) as run:
        yield run


def test_a_blocking_check_stops_the_run_and_is_told(
    read: Path, load: Load, instance: dg.DagsterInstance, web_hook: Inbox
) -> None:
    """A vote between a response and itself stops everything after the ledger; the alert names source and vote."""
    spoil(
        read,
        "insert into ledger.votes select * replace ('spoilt-' || vote_id as vote_id, left_id as right_id)"
        " from ledger.votes where source = 'crowd' order by vote_id limit 3",
    )
    _, cursor = tick(instance, None)
    result = load(read).resolve_job_def("release").execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    assert failed(result)["votes_compare_two_things"] == dg.AssetCheckSeverity.ERROR
    stages = {key.split("/")[0] for key in materialised(result)}
    assert "ledger" in stages
    assert not stages & {"evidence", "noise", "weighting", "layers", "release"}

    said, cursor = tick(instance, cursor)
    assert said == "1 runs ended, 1 alerts sent"
    [message] = web_hook.messages
    assert message["title"] == "prefstrata quickstart: 1 check failed"
    assert message["type"] == "failure"
    assert "ledger.batches votes_compare_two_things: 3 bad rows" in message["message"]
    assert "where: source=crowd" in message["message"]
    assert "such as: spoilt-" in message["message"]
    assert "`prefstrata log` says whether" in message["message"]
    assert result.run_id in message["message"]

    assert tick(instance, cursor)[0] == "0 runs ended, 0 alerts sent"
    assert len(web_hook.messages) == 1


def test_a_check_before_the_release_stops_it(read: Path, load: Load, instance: dg.DagsterInstance) -> None:
    """A policy whose rule makes anchors of whatever it finds is caught after the layers: nothing is published."""
    text = (data_directory("policies") / "general.yaml").read_text("utf-8")
    policy = yaml.safe_load(text)
    policy["version"] += 1
    policy["layers"] = [{"rule": "everything", "layer": "golden", "because": "whatever it is"}]
    (read / "everything.yaml").write_text(yaml.safe_dump(policy))
    config = (read / "prefstrata.yaml").read_text("utf-8")
    (read / "prefstrata.yaml").write_text(config.replace("[general, high-risk]", "[everything.yaml, high-risk]"))
    defs = load(read)
    chosen = keys(defs, dg.AssetSelection.groups("layers").downstream())
    assert dg.AssetKey("release") in chosen
    result = defs.resolve_job_def("release").execute_in_process(
        instance=instance, asset_selection=chosen, raise_on_error=False
    )
    assert not result.success
    assert failed(result) == {"every_record_has_one_layer": dg.AssetCheckSeverity.ERROR}
    assert "layers/records" in materialised(result)
    assert "release" not in materialised(result)


def test_an_expectation_that_fails_is_told_and_blocks_nothing(
    read: Path, load: Load, instance: dg.DagsterInstance, web_hook: Inbox
) -> None:
    """Expectations watch: a user that is a mail address fails its check, by the event's id and never by the address."""
    spoil(
        read,
        "insert into ledger.events select * replace ('spoilt' as event_id, 'ann@example.org' as user_id)"
        " from ledger.events limit 1",
    )
    _, cursor = tick(instance, None)
    defs = load(read)
    result = defs.resolve_job_def("release").execute_in_process(
        instance=instance,
        asset_selection=keys(defs, dg.AssetSelection.groups("ledger", "evidence")),
        raise_on_error=False,
    )
    assert result.success
    assert "evidence/events" in materialised(result)
    assert failed(result) == {"users_are_pseudonyms": dg.AssetCheckSeverity.ERROR}
    tick(instance, cursor)
    [message] = web_hook.messages
    assert "ledger.events users_are_pseudonyms: 1 bad row\n" in message["message"]
    assert "such as: spoilt" in message["message"]
    assert "ann" not in str(message)
    assert "The run ended: success." in message["message"]


def test_one_expectation_can_be_tried_alone(read: Path, load: Load, instance: dg.DagsterInstance) -> None:
    """Whoever has put something right runs that one check again, and nothing else."""
    key = dg.AssetCheckKey(dg.AssetKey(["ledger", "events"]), "users_are_pseudonyms")
    everything = load(read).resolve_implicit_global_asset_job_def()
    alone = everything.get_subset(asset_selection=set(), asset_check_selection={key})
    result = alone.execute_in_process(instance=instance)
    assert [(each.asset_check_key, each.passed) for each in result.get_asset_check_evaluations()] == [(key, True)]
    assert materialised(result) == {}


def test_a_run_that_could_not_start_is_told(shut_out: Ended, web_hook: Inbox) -> None:
    """Two runs want one project: the second says who has it, and so does the alert."""
    assert not shut_out.result.success
    shut_out.tick()
    [message] = web_hook.messages
    assert message["title"] == "prefstrata quickstart: a run failed"
    assert "another run has this project (pid" in message["message"]
    assert "://" not in message["message"]


def test_what_ended_a_run_is_told_before_checks_that_did_not(
    read: Path, load: Load, instance: dg.DagsterInstance, web_hook: Inbox
) -> None:
    """Nothing can be put where releases go: that is the news, whatever is questionable in the data as on other days."""
    spoil(
        read,
        "insert into ledger.events select * replace ('spoilt' as event_id, 'ann@example.org' as user_id)"
        " from ledger.events limit 1",
    )
    config = (read / "prefstrata.yaml").read_text("utf-8")
    store = "name: quickstart\nstore: {kind: local, path: gone}"
    (read / "prefstrata.yaml").write_text(config.replace("name: quickstart", store))
    (read / "gone").write_text("no folder")
    _, cursor = tick(instance, None)
    defs = load(read)
    result = defs.resolve_job_def("release").execute_in_process(
        instance=instance,
        asset_selection=[*keys(defs, dg.AssetSelection.groups("ledger")), dg.AssetKey("release")],
        raise_on_error=False,
    )
    assert not result.success
    assert failed(result) == {"users_are_pseudonyms": dg.AssetCheckSeverity.ERROR}
    tick(instance, cursor)
    [message] = web_hook.messages
    assert message["title"] == "prefstrata quickstart: a run failed, 1 check failed"
    first, second, *_ = message["message"].splitlines()
    assert first.startswith("publish: ")
    assert "the store cannot be used" in first
    assert "users_are_pseudonyms: 1 bad row" in second


def test_an_approving_run_reads_no_new_file_while_a_draft_waits(approving: Ended) -> None:
    """Whoever says yes has looked at the draft; what came since is read by the next run."""
    assert approving.result.success
    with open_session(read_project(approving.project)) as session:
        assert [each.uri.rpartition("/")[2] for each in session.ingest().new] == ["late.jsonl"]


def test_when_all_is_well_nobody_is_told(approving: Ended, web_hook: Inbox) -> None:
    """A run that succeeds sends nothing."""
    assert approving.result.success
    assert approving.tick()[0] == "1 runs ended, 0 alerts sent"
    assert web_hook.messages == []


def test_a_refused_alert_is_sent_again(shut_out: Ended, web_hook: Inbox) -> None:
    """A web hook that is down gets the alert when it is up: the tick fails until then, and is not forgotten."""
    web_hook.refusing = True
    with pytest.raises(UnreachableError, match="no service took the alert"):
        shut_out.tick()
    web_hook.refusing = False
    shut_out.tick()
    assert len(web_hook.messages) == 1


def test_nobody_to_tell_is_said(shut_out: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address the sensor goes on, so that setting one later does not flood it with old news."""
    monkeypatch.delenv("PREFSTRATA_ALERT_URLS", raising=False)
    assert shut_out.tick()[1] != shut_out.cursor


def test_a_canceled_run_is_told(instance: dg.DagsterInstance, web_hook: Inbox) -> None:
    """Whoever canceled it knows; whoever waits for its release does not."""
    _, cursor = tick(instance, None)
    instance.report_run_canceled(instance.add_run(dg.DagsterRun(job_name="release")))
    assert tick(instance, cursor)[0] == "1 runs ended, 1 alerts sent"
    [message] = web_hook.messages
    assert message["title"].endswith(": a run was canceled")
    assert "`prefstrata log` says whether" in message["message"]


def test_what_was_taken_back_and_purged_stops_no_run(read: Path, load: Load, instance: dg.DagsterInstance) -> None:
    """With nothing new since, the release that a run passes the rollback over to can no longer be read."""
    known = next(iter(sorted((read / "inbox").rglob("*.jsonl"))))
    more = known.read_text("utf-8").splitlines(keepends=True)[:3]
    known.with_name("late.jsonl").write_text("".join(more), "utf-8")
    for words in (["run", "--quiet"], ["rollback", "v000001"], ["purge", "v000002", "--reason", "request 9"]):
        done = inside(*words, cwd=read)
        assert done.code == 0, done.err
    job = load(read).resolve_job_def("release")
    result = job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey("release")])
    shown = {key: value.value for key, value in materialised(result)["release"].metadata.items()}
    assert (shown["status"], shown["tag"], shown["purged"]) == ("nothing new", "v000002", True)
