"""On a terminal: progress, colours unless they are unwanted, and nothing that data could do to it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests._command import PROGRAM, environment, inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "\x1b]0;owned\x07\x1b[31m[bold red]x[/bold red]\u202egpj.exe\x85"
LIVE = ("\x1b]0;", "\x1b[31m", "\x07", "\u202e", "\x85")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project whose data tries to act on the terminal."""
    project = tmp_path_factory.mktemp("hostile") / "project"
    inside("init", project, cwd=project.parent)
    put(project, "a.jsonl", pairwise("Why?", "So.", "No.", task=HOSTILE, scenario=HOSTILE, dims=[HOSTILE]))
    assert inside("run", cwd=project).code == 0
    inside("rollback", "v1", "--reason", HOSTILE, cwd=project)
    return project


def on_terminal(*arguments: str, cwd: Path, **extra: str) -> str:
    """What the command writes to a terminal."""
    reader, terminal = pty.openpty()
    call = subprocess.Popen(
        [PROGRAM, *arguments],
        cwd=cwd,
        env=environment(TERM="xterm-256color", **extra),
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    said = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # how Linux says that nobody holds the terminal any more
            break
        if not part:
            break
        said += part
    os.close(reader)
    assert call.wait(60) == 0
    return said.decode()


@pytest.mark.parametrize(
    "call",
    [["show"], ["log"], ["sql", "select task, scenario from evidence.prompts"], ["show", "--json"]],
    ids=" ".join,
)
def test_hostile_text_stays_text(call: list[str], hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Escapes, titles, direction overrides and markup of the data are shown, not obeyed; on a terminal too."""
    monkeypatch.setenv("COLUMNS", "120")
    done = inside(*call, cwd=hostile)
    seen = on_terminal(*call, cwd=hostile, COLUMNS="400", NO_COLOR="1")
    for text in (done.out + done.err, seen):
        assert [each for each in LIVE if each in text] == []
    if call[0] != "log":
        assert "[bold red]x[/bold red]" in done.out
        assert "[bold red]x[/bold red]" in seen


def test_no_colour_is_respected(project: Path) -> None:
    """A terminal gets tables with rules; NO_COLOR takes the colours away."""
    seen = on_terminal("show", cwd=project, NO_COLOR="1")
    assert "──" in seen
    assert re.findall(r"\x1b\[[0-9;]*3[0-7][0-9;]*m", seen) == []


def test_a_terminal_sees_progress_and_then_the_result(tmp_path: Path) -> None:
    """The spinner leaves the stages and the summary behind."""
    inside("init", tmp_path / "p", cwd=tmp_path)
    put(tmp_path / "p", "a.jsonl", pairwise("Why?", "So.", "No."))
    seen = on_terminal("run", cwd=tmp_path / "p")
    assert "evidence" in seen
    assert "published v000001" in seen
