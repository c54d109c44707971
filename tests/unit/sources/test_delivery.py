"""Files that the project delivers to one of its own sources, in a folder where others may put theirs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.project import read_project
from prefstrata.sources import deliver, delivery_source, find_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.project import Project

FORM = "judge-verdicts"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with a source for verdicts."""
    (tmp_path / "prefstrata.yaml").write_text(
        "name: p\npolicies: [general]\nsources:\n"
        f"  - {{name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/v/*.jsonl', format: {FORM}}}\n"
    )
    return read_project(tmp_path)


def _reading(project: Project, path: str) -> Project:
    """The same project, its source with another path."""
    project.file.write_text(project.file.read_text("utf-8").replace("inbox/v/*.jsonl", path), "utf-8")
    return read_project(project.directory)


@pytest.mark.parametrize("path", ["inbox/v/*.jsonl", "./inbox/v/verdicts-*", "inbox/**/*.jsonl", "inbox/**"])
def test_what_is_delivered_is_what_a_run_finds(project: Project, path: str) -> None:
    """Whatever the path looks like: it is asked before there is a file, and says what the search will."""
    project = _reading(project, path)
    file, _ = deliver(project, delivery_source(project, FORM, ""), [{"key": "a"}])
    assert find_files(project.directory, path) == [file]


@pytest.mark.parametrize(
    "path", ["inbox/v/*.json", "inbox/v/verdicts.jsonl", "inbox/*/*.jsonl", "inbox/**/v/*.jsonl", "inbox/*/"]
)
def test_a_path_that_would_not_find_it_is_told_before_anything_is_written(project: Project, path: str) -> None:
    """And before models are paid for what no run would read."""
    project = _reading(project, path)
    with pytest.raises(ConfigError, match="the source verdicts would not find verdicts-"):
        delivery_source(project, FORM, "")
    with pytest.raises(ConfigError, match="the source verdicts would not find verdicts-"):
        deliver(project, project.sources[0], [{"key": "a"}])
    assert [each for each in project.directory.rglob("*") if each.is_file()] == [project.file]


@pytest.mark.parametrize("digits", ["[0-9]", "[a-f]", "[0-9f]", "[!a]"])
def test_a_path_that_would_find_some_names_alone_is_told_before_anything_is_written(
    project: Project, digits: str
) -> None:
    """The name is a hash of what is delivered, so any digit may begin it."""
    with pytest.raises(ConfigError, match="the source verdicts would not find verdicts-"):
        delivery_source(_reading(project, f"inbox/v/verdicts-{digits}*.jsonl"), FORM, "")


def test_what_was_delivered_is_not_delivered_again(project: Project) -> None:
    """Records are told apart by their key."""
    source = delivery_source(project, FORM, "")
    file, delivered = deliver(project, source, [{"key": "a"}, {"key": "b"}])
    assert file is not None
    assert delivered == 2
    assert deliver(project, source, [{"key": "a"}]) == (None, 0)
    other, more = deliver(project, source, [{"key": "b"}, {"key": "c"}])
    assert other != file
    assert more == 1


@pytest.mark.parametrize(
    "content",
    [
        b"hello\n",
        b"\xff\xfe\n",
        b"[1]\n3\nnull\n\n",
        b'{"other": 1}\n{"key": 1}\n{"key": null}\n',
        b"[" * 200_000 + b"\n",
        b'{"key": "z"',
    ],
    ids=["text", "no UTF-8", "no objects", "no keys", "deep", "cut off"],
)
def test_files_of_others_in_the_folder_deliver_nothing_and_stop_nothing(project: Project, content: bytes) -> None:
    """Whatever its name is; the source that reads the folder refuses such lines with their reasons."""
    folder = project.directory / "inbox" / "v"
    folder.mkdir(parents=True)
    (folder / "verdicts-mine.jsonl").write_bytes(content + b'\n{"key": "known"}\n')
    (folder / "verdicts-folder.jsonl").mkdir()
    _, delivered = deliver(project, delivery_source(project, FORM, ""), [{"key": "known"}, {"key": "a"}])
    assert delivered == 1


def test_nothing_new_writes_nothing(project: Project) -> None:
    """Neither where the folder is not there nor where it could not be made, such as on a read-only mount."""
    source = delivery_source(project, FORM, "")
    assert deliver(project, source, []) == (None, 0)
    assert not (project.directory / "inbox").exists()
    (project.directory / "inbox").write_text("no folder", "utf-8")
    assert deliver(project, source, [{"key": "a"}], known=frozenset("a")) == (None, 0)


def test_a_delivery_that_breaks_off_leaves_nothing(project: Project) -> None:
    """Records are made while they are written: what makes them may fail in the middle."""

    def records() -> Iterator[dict[str, str]]:
        yield {"key": "a"}
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deliver(project, delivery_source(project, FORM, ""), records())
    assert list((project.directory / "inbox" / "v").iterdir()) == []


def test_what_a_killed_delivery_left_is_removed_a_day_later(project: Project) -> None:
    """It may be large, and no name tells whether its process lives; one that is written to at this moment stays."""
    folder = project.directory / "inbox" / "v"
    (folder / ".verdicts-folder.part").mkdir(parents=True)
    os.utime(folder / ".verdicts-folder.part", (0, 0))
    for name, hours in ((".verdicts-dead.part", 25), (".verdicts-writing.part", 0), (".others-dead.part", 25)):
        (folder / name).write_bytes(b"{")
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    file, _ = deliver(project, delivery_source(project, FORM, ""), [{"key": "a"}])
    assert {path for path in folder.iterdir() if path != file} == {
        folder / ".verdicts-folder.part",
        folder / ".verdicts-writing.part",
        folder / ".others-dead.part",
    }
