"""Folders appear whole or not at all, and only where one can take the place of what is there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from prefstrata.model import ConfigError
from prefstrata.releases.folders import check_free, whole_folder
from tests._mounts import mounted

if TYPE_CHECKING:
    from pathlib import Path

CHECK = """
import sys
from pathlib import Path
from prefstrata.model import ConfigError
from prefstrata.releases.folders import check_free
try:
    check_free(Path(sys.argv[1]))
except ConfigError as error:
    print(error)
"""


def test_an_empty_folder_is_replaced_and_an_absent_one_made(tmp_path: Path) -> None:
    """With what was written into the scratch folder, and nothing beside it."""
    (tmp_path / "empty").mkdir()
    for name in ("empty", "absent", "far/away"):
        with whole_folder(tmp_path / name) as scratch:
            (scratch / "file").write_text("here")
        assert [path.name for path in (tmp_path / name).iterdir()] == ["file"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["absent", "empty", "far"]


def test_what_is_in_the_way_is_told_as_what_it_is(tmp_path: Path) -> None:
    """A link to an empty folder is not "not empty"."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for name, said in (("link", "a link"), ("dangling", "a link"), ("full", "not empty"), ("full/file", "a file")):
        with pytest.raises(ConfigError, match=f"the folder to write to is {said}"):
            check_free(tmp_path / name)


def test_the_folder_that_the_command_runs_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell would stand in a folder that is gone, and see nothing of what was written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="the one the command runs in"):
        check_free(tmp_path)


@pytest.mark.parametrize("mount", ["mount -t tmpfs tmpfs {}", "mount --bind {} {}"], ids=["its own", "the same"])
def test_a_mount_point_is_told_before_anything_is_read(tmp_path: Path, mount: str) -> None:
    """No folder can take its place, whichever file system it leads to; one below it can be made."""
    out = tmp_path / "a volume"
    out.mkdir()
    setup = mount.replace("{}", f"'{out}'")
    done = mounted(setup, sys.executable, "-c", CHECK, str(out))
    assert "a mount point" in done.stdout, done.stderr
    assert "name a folder below it" in done.stdout
    below = mounted(setup, sys.executable, "-c", CHECK, str(out / "below"))
    assert (below.returncode, below.stdout) == (0, "")


def _write(out: Path, *meanwhile: Path) -> None:
    with whole_folder(out):
        for path in meanwhile:
            path.mkdir(parents=True)


def test_why_a_folder_could_not_be_put_there_is_said(tmp_path: Path) -> None:
    """The reason of the system; that it was filled meanwhile only when it was."""
    with pytest.raises(ConfigError, match="filled meanwhile"):
        _write(tmp_path / "out", tmp_path / "out" / "theirs")
    (tmp_path / "out" / "theirs").rmdir()
    busy = OSError(16, "Device or resource busy")
    with (
        patch("pathlib.Path.rename", side_effect=busy),
        pytest.raises(ConfigError, match="cannot be put there: Device or resource busy"),
    ):
        _write(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
