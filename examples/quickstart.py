"""The demo: make the example project, run it to a release, and say how often the released labels are right.

``python -m examples.quickstart DIR [--lakefs SERVER.json]``
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import yaml
from rich.console import Console
from rich.table import Table

from examples.generator import generate
from examples.judging import add_judges, endpoint
from prefstrata.pipeline import open_project_store
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import checkout_files

_ACCURACY = Path(__file__).with_name("accuracy.sql")


def main() -> int:
    """Run the demo; returns the exit code of the command it runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="project folder; made when it is not there")
    parser.add_argument("--lakefs", type=Path, metavar="SERVER.json", help="publish to this server, not to a folder")
    options = parser.parse_args()
    console = Console()
    make_project(options.directory, options.lakefs, console)
    ended = _command(options.directory, console, "run")
    project = read_project(options.directory)
    # Once they have judged, other pairs are the closest: who wants more verdicts looks at what they change.
    judged = any((options.directory / "inbox" / "verdicts").glob("*"))
    if ended == 0 and project.judges is not None and not judged:
        with endpoint(project) as server:
            os.environ["OPENAI_BASE_URL"] = server.base_url
            ended = (
                _command(options.directory, console, "judge", "plan")
                or _command(options.directory, console, "judge", "run")
                # Verdicts of judges that were not there before are a major change, which somebody must want.
                or _command(options.directory, console, "run", "--approve", "judges passed their exam", "--by", "demo")
            )
    if ended == 0:
        report(options.directory, console)
    return ended


def _command(directory: Path, console: Console, *words: str) -> int:
    """Run the command on the demo, and show what is run."""
    called = ["--project", str(directory), *words]
    console.print(f"\n$ {shlex.join(['prefstrata', *called])}", style="bold", markup=False)
    command = [sys.executable, "-m", "prefstrata", *called]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command


def make_project(directory: Path, server: Path | None, console: Console) -> None:
    """Write the example project, unless it is there; a server's credentials go to the environment, never to a file."""
    config = directory / PROJECT_FILE
    if config.exists():
        console.print(f"The example project is in {directory} already.", markup=False)
    else:
        truth = generate(directory)
        add_judges(config)
        console.print(
            f"Wrote the example project to {directory}: {sum(truth.records.values())} records in {len(truth.files)} "
            f"files of {len(truth.records)} sources, {sum(truth.broken.values())} of them broken on purpose.",
            markup=False,
        )
        if server:
            store = {"store": {"kind": "lakefs", "endpoint": _server(server)["endpoint"], "repository": "quickstart"}}
            config.write_text(config.read_text("utf-8") + "\n" + yaml.safe_dump(store), "utf-8")
    if server:
        known = _server(server)
        os.environ["PREFSTRATA_LAKEFS_ACCESS_KEY_ID"] = known["access_key_id"]
        os.environ["PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY"] = known["secret_access_key"]
        os.environ["PREFSTRATA_LAKEFS_ENDPOINT"] = known["endpoint"]


def _server(path: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(path.read_text("utf-8"))
    return known


def report(directory: Path, console: Console) -> None:
    """Hold the newest release against the truth and print how often each layer is right."""
    table = Table("layer", title="Released labels against the known truth", title_justify="left")
    for heading in ("decided", "right", "claimed", "mean trust"):
        table.add_column(heading, justify="right")
    for layer, pairs, accuracy, claimed, trust in accuracy_by_layer(directory):
        table.add_row(layer, str(pairs), f"{100 * accuracy:.1f} %", f"{100 * claimed:.1f} %", f"{trust:.2f}")
    console.print()
    console.print(table)
    console.print(
        "\nLook further:\n"
        f"  .venv/bin/prefstrata --project {directory} show latest\n"
        f"  .venv/bin/prefstrata --project {directory} checkout golden --for jsonl --out golden/\n"
        "  make dev        the same project in the Dagster UI",
        markup=False,
        highlight=False,
    )


def accuracy_by_layer(directory: Path) -> list[tuple[str, int, float, float, float]]:
    """Per layer of the newest release: pairs released as decided, share right (no true tie is), mean p and trust."""
    truth = sorted(str(path) for path in directory.glob("truth*.parquet") if "responses" not in path.name)
    with TemporaryDirectory() as folder, open_project_store(read_project(directory)) as store:
        out = Path(folder) / "release"
        checkout_files(store, "latest", out)
        pairs = [str(path) for path in sorted(out.glob("*/pairs/*.parquet"))]
        with duckdb.connect() as connection:
            found = connection.execute(_ACCURACY.read_text("utf-8"), {"pairs": pairs, "truth": truth})
            return found.fetchall()


if __name__ == "__main__":
    sys.exit(main())
