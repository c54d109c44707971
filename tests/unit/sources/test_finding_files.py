"""Which files a source has: none, folders that cannot be read and names that cannot be shown are told."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from prefstrata.model import PrefstrataError
from prefstrata.sources import find_files
from tests.unit.sources._desk import Desk, lines, pair


def test_a_source_without_files_is_named(desk: Desk) -> None:
    """A typo in a path must not look like nothing new."""
    assert desk.ingest().empty == {"seed": "inbox/*.jsonl*"}
    desk.put("a.jsonl", lines(pair(1)))
    assert desk.ingest().empty == {}


@pytest.mark.parametrize("pattern", ["*/*.jsonl", "**/*.jsonl", "closed/*.jsonl"])
def test_a_folder_that_cannot_be_read_is_an_error(pattern: str) -> None:
    """What cannot be listed is not taken for a folder without files; where nothing is looked for, nobody minds."""
    with TemporaryDirectory() as name:
        folder, closed = Path(name), Path(name) / "closed"
        for each in (folder, closed):
            each.mkdir(exist_ok=True)
            (each / "a.jsonl").touch()
        folder.chmod(0o755)
        closed.chmod(0o000)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)  # the superuser may read everything
            assert [path.name for path in find_files(folder, "*.jsonl")] == ["a.jsonl"]
            with pytest.raises(PrefstrataError, match="closed: this folder cannot be read"):
                find_files(folder, pattern)
        finally:
            os.seteuid(user)
            closed.chmod(0o700)


@pytest.mark.parametrize(("name", "shown"), [(b"a\xff.jsonl", r"a\xff.jsonl"), (b"a\x1b[2J.jsonl", r"a\x1b[2J.jsonl")])
def test_a_name_that_cannot_be_kept_or_shown_is_told_escaped(desk: Desk, name: bytes, shown: str) -> None:
    """With what to do about it, and nothing taken; a name in any script is fine."""
    desk.put("\u00e4 \u65e5.jsonl", lines(pair(1)))
    path = os.path.join(os.fsencode(desk.folder), b"inbox", name)  # noqa: PTH118 - a Path holds no bytes
    with open(path, "wb") as file:  # noqa: PTH123 - likewise
        file.write(lines(pair(2)).encode())
    with pytest.raises(PrefstrataError) as caught:
        desk.ingest()
    assert str(caught.value).startswith(f"inbox/{shown}: the name of this file")
    os.unlink(path)  # noqa: PTH108 - likewise
    assert desk.ingest().accepted == 1
