"""Which pages are generated, and from what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.cli import SHARED_OPTIONS, application
from prefstrata.policy import Policy
from prefstrata.project import PROJECT_FILE, Project
from prefstrata.sources.mapping import Mapping
from tools.reference._command import command_page
from tools.reference._manifest import manifest_page
from tools.reference._models import model_page
from tools.reference._noise import noise_page
from tools.reference._tables import tables_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as Pages

ROOT = Path(__file__).resolve().parents[2]


PROJECT = f"""
A project folder holds a `{PROJECT_FILE}`. It is read in full and checked before anything runs; a key it does not know
is a mistake, named with its line. Secrets are never in it: they come from the environment.
"""
POLICY = """
A policy is the value ordering of one or more scenarios, as a versioned file. It is read in full and checked before
anything runs; a key it does not know is a mistake, named with its line.
"""

MAPPING = """
What stands under `map:` of a source in `prefstrata.yaml`: how its records become statements. It is compiled before a
data file is opened; a mistake is named with its line. [Map a source](../how-to/map-a-source.md) explains it by example.
A key that takes a [Value](#value) takes the short forms too: an expression, a number, a truth.
"""

COMMAND = """
The options listed with `prefstrata` itself, but for `--version`, work before and after the name of every command.
`--json` prints exactly one JSON document on stdout; notes, progress and errors go to stderr. The document of an
error is `{"error": {"what", "where", "todo", "exit_code"}}`.

| exit code | meaning |
| --- | --- |
| 0 | done; also when there was nothing new |
| 2 | the command or a config file is wrong: the message names the file, the line and what to write |
| 3 | a gate or a check blocked the release |
| 4 | a server could not be reached, or another run has the project |
| 5 | integrity broken: stored bytes are not the bytes that were released |
| 1 | a bug |
| 130 | interrupted |
"""

PAGES: Pages[str, Callable[[], str]] = {
    "docs/reference/tables.md": tables_page,
    "docs/reference/manifest.md": manifest_page,
    "docs/reference/command.md": lambda: command_page(
        "The command", COMMAND, application, "prefstrata", SHARED_OPTIONS
    ),
    "docs/reference/project.md": lambda: model_page(PROJECT_FILE, PROJECT, Project),
    "docs/reference/mapping.md": lambda: model_page("Mappings", MAPPING, Mapping, whole="The mapping"),
    "docs/reference/noise-checks.md": noise_page,
    "docs/reference/policy.md": lambda: model_page("Policy files", POLICY, Policy),
}


def stale(root: Path = ROOT) -> list[str]:
    """The pages under ``root`` that are not what the code says now, by their paths."""
    return [
        path
        for path, render in PAGES.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != render()
    ]


def write(root: Path = ROOT) -> list[str]:
    """Write the stale pages anew; return their paths."""
    changed = stale(root)
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(PAGES[path](), encoding="utf-8")
    return changed
