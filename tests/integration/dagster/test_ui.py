"""The UI as people meet it: `dagster dev` on a new project, a run started by its own sensor, and what pages show."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from prefstrata.pipeline import STAGES
from prefstrata.policy import NOISES
from tools.browser import Browser, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no chromium with chromedriver on PATH"),
]

ROOT = Path(__file__).resolve().parents[3]
ARTEFACTS = Path(os.environ.get("PREFSTRATA_ARTEFACTS") or ROOT / ".artefacts") / "dagster"
SECONDS = 300


@pytest.fixture(scope="module")
def ui(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a UI whose project has been released by a run of its own."""
    folder = tmp_path_factory.mktemp("ui")
    project, home = folder / "project", folder / "home"
    shutil.copytree(generated, project)
    for path in (project / "inbox").rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)  # the sensor waits for a file that has just changed
    home.mkdir()
    shutil.copy(ROOT / "dagster_project" / "dagster.yaml", home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--workspace", "workspace.yaml"]
    with (folder / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "DAGSTER_HOME": str(home), "PREFSTRATA_PROJECT": str(project)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_served(f"http://127.0.0.1:{port}/server_info", folder / "dev.log")
        wait_until_released(home, folder / "dev.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def wait_until_served(url: str, log: Path) -> None:
    """Wait until the web server answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    limit = time.monotonic() + SECONDS
    while True:
        try:
            opener.open(url, timeout=10).close()
        except OSError:
            assert time.monotonic() < limit, log.read_text("utf-8", "replace")[-5000:]
            time.sleep(0.5)
        else:
            return


def wait_until_released(home: Path, log: Path) -> None:
    """Wait until the run that the sensor started has ended well."""
    limit = time.monotonic() + SECONDS
    with dg.DagsterInstance.from_config(str(home)) as instance:
        while True:
            runs = instance.get_run_records()
            if runs and runs[-1].dagster_run.is_finished:
                break
            assert time.monotonic() < limit, log.read_text("utf-8", "replace")[-5000:]
            time.sleep(0.5)
        assert runs[-1].dagster_run.tags["dagster/sensor_name"] == "new_files"
        assert runs[-1].dagster_run.is_success, log.read_text("utf-8", "replace")[-5000:]


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the services and everything they started: all of the session that is ours."""
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=15)


@pytest.fixture(scope="module")
def browser(ui: str) -> Iterator[Browser]:
    """A browser of a desk's size."""
    assert ui
    with Browser(width=1600, height=1000) as opened:
        yield opened


def test_the_graph_shows_every_stage(ui: str, browser: Browser) -> None:
    """Sources, policy, each stage and the release stand in the asset graph."""
    browser.open(f"{ui}/asset-groups")
    browser.wait_for("sources", "policy", *(stage.name for stage in STAGES), "release", seconds=120)
    time.sleep(3)  # the graph lays itself out
    browser.screenshot(ARTEFACTS / "graph.png")
    browser.open(f"{ui}/locations/prefstrata/asset-groups/layers/lineage")
    browser.wait_for("backflow", "causes", "materialized", seconds=120)  # what the window shows of a large graph
    time.sleep(3)
    browser.screenshot(ARTEFACTS / "layers.png")


def test_a_check_shows_its_result(ui: str, browser: Browser) -> None:
    """A check says that it blocks, what a bad row is, and how many there are."""
    browser.open(f"{ui}/assets/ledger/batches?view=checks&checkDetail=votes_compare_two_things")
    browser.wait_for("This is a blocking asset check", "Passed", "bad rows", "Bad row: a vote between", seconds=120)
    browser.screenshot(ARTEFACTS / "check.png")
    browser.open(f"{ui}/assets/ledger/events?view=checks&checkDetail=users_are_pseudonyms")
    browser.wait_for("data docs", "people stand here by pseudonym only", seconds=120)
    browser.screenshot(ARTEFACTS / "expectation.png")


def go(browser: Browser, where: str) -> None:
    """Go where a link inside the UI would lead: what is loaded stays loaded."""
    browser.script("history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", where)


def test_every_noise_check_shows_its_figure_slice_and_meaning(ui: str, browser: Browser) -> None:
    """Each of the eight says in words what it is, what was measured where, against what, and what follows."""
    browser.open(f"{ui}/assets/noise/checks?view=checks")
    browser.wait_for("n1_", "n8_", seconds=120)
    for noise, title in NOISES.items():
        name = f"{noise.lower()}_{title.replace(' ', '_').replace('-', '_')}"
        go(browser, f"/assets/noise/checks?view=checks&checkDetail={name}")
        browser.wait_for(f"{noise}, {title}. A figure fails where", "When it fails:", "meaning", seconds=120)
        browser.wait_for("figure", "slice", "threshold", "figures", seconds=60)
        browser.screenshot(ARTEFACTS / f"{name}.png")


def test_an_asset_shows_its_schema_and_plot(ui: str, browser: Browser) -> None:
    """A table's page has its owner, its columns with their meaning, its rows, and a plot that opens."""
    browser.open(f"{ui}/assets/layers/records")
    browser.wait_for("post-training", "the policy's rule that put it there", "layer sizes", "Row count", seconds=120)
    time.sleep(2)  # its history comes later
    browser.screenshot(ARTEFACTS / "asset.png")
    browser.click("[Show Markdown]")
    plots = "[...document.querySelectorAll('img')].filter(i => i.src.startsWith('data:') && i.naturalWidth > 300)"
    limit = time.monotonic() + 30
    while browser.script(f"return {plots}.length") != 1:
        assert time.monotonic() < limit
        time.sleep(0.2)
    browser.screenshot(ARTEFACTS / "plot.png")


def test_the_release_is_shown(ui: str, browser: Browser) -> None:
    """The release's page names its tag, its layers and where the report is."""
    browser.open(f"{ui}/assets/release")
    browser.wait_for("published", "v000001", "records in golden", "index.html", seconds=120)
    browser.screenshot(ARTEFACTS / "release.png")


def test_what_runs_by_itself_is_shown(ui: str, browser: Browser) -> None:
    """Schedule and sensors are listed."""
    browser.open(f"{ui}/automation")
    browser.wait_for("daily_release", "new_files", "alert_on_failures", seconds=120)
    browser.screenshot(ARTEFACTS / "automation.png")
