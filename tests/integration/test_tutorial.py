"""The tutorial and the README show what really happens: their commands are run and their output is compared.

A ``console`` block holds commands after ``$`` and what they print; ``…`` in it stands for any text within a line, and a
line of ``…`` alone for any lines. A block after ``<!-- file: PATH -->`` is written to that file, one after
``<!-- append: PATH -->`` added to it. A command whose shown output begins with ``error:`` has to fail.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests._command import PROGRAM, environment

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?:<!-- (file|append): (\S+) -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 120


@dataclass(frozen=True)
class Step:
    """A command and what it prints, or a file and what is written to it."""

    what: str
    shown: str
    place: str = ""


def steps(text: str) -> list[Step]:
    """What a reader of the page does, in order."""
    found = []
    for place, path, language, content in BLOCK.findall(text):
        if place:
            found.append(Step(path, content, place))
        elif language == "console":
            for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                typed, _, shown = part.partition("\n")
                found.append(Step(typed, shown.strip("\n")))
    return found


def pattern(shown: str) -> str:
    """What the shown output allows."""
    return "".join(map(_line, shown.split("\n")))


def _line(shown: str) -> str:
    return r"(?:[^\n]*\n)*?" if shown == "…" else re.escape(shown).replace("…", r"[^\n]*") + r"\n"


class Reader:
    """Somebody who follows the page, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Start in an empty folder."""
        self._folder = folder
        self._state = folder.parent / "state"
        path = f"{PROGRAM.parent}:/usr/bin:/bin"
        self._environment = environment(PATH=path, LC_ALL="C.UTF-8", PREFSTRATA_PSEUDONYM_KEY="")  # who reads has none

    def follow(self, step: Step) -> tuple[int, str]:
        """Do it; returns the exit code and all that was printed."""
        if step.place:
            with (self._folder / step.what).open("a" if step.place == "append" else "w", encoding="utf-8") as file:
                file.write(step.shown)
            return 0, ""
        typed = f'{step.what}\nstatus=$?; pwd >"{self._state}"; exit $status'
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        self._folder = Path(self._state.read_text("utf-8").strip())
        return done.returncode, done.stdout


@pytest.mark.parametrize("page", ["docs/tutorial.md", "docs/how-to/settle-disputes.md", "README.md"])
def test_what_is_shown_is_what_happens(page: str, tmp_path: Path) -> None:
    """Every command of the page works, and prints what the page says."""
    folder = tmp_path / "reader"
    folder.mkdir()
    reader, todo = Reader(folder), steps((ROOT / page).read_text("utf-8"))
    assert sum(not step.place for step in todo) >= 4
    for step in todo:
        code, printed = reader.follow(step)
        assert (code != 0) == (not step.place and step.shown.startswith("error:")), f"$ {step.what}\n{printed}"
        if not step.place and step.shown:
            assert re.fullmatch(pattern(step.shown), printed.rstrip("\n") + "\n"), f"$ {step.what}\n{printed}"


def test_the_tutorial_uses_every_command() -> None:
    """A command the tutorial leaves out has no place in the story: find it one, or drop the command."""
    from prefstrata.cli import application  # noqa: PLC0415 - this test alone looks inside

    named = {each.name for each in application.registered_commands} | {
        each.name for each in application.registered_groups
    }
    text = (ROOT / "docs/tutorial.md").read_text("utf-8")
    assert {name for name in named if f"$ prefstrata {name}" not in text} == set()
