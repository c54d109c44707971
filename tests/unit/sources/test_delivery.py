"""Files that the project delivers to one of its own sources, in a folder where others may put theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.project import read_project
from prefstrata.sources import deliver, delivery_source

if TYPE_CHECKING:
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
