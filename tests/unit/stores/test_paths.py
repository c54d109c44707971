"""Paths that may be written below a folder."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prefstrata.model import IntegrityError
from prefstrata.stores import check_path, check_together

NAMES = st.text(alphabet=st.sampled_from("ab./\\: *\x00\ud800CONnul~-é1"), max_size=12)


@given(path=NAMES)
@example(path="../a")
@example(path="a/../../b")
@example(path="con/x")
def test_an_accepted_path_stays_below_its_folder(path: str) -> None:
    """On POSIX and on Windows, joined and normalised."""
    try:
        check_path(path)
    except IntegrityError:
        return
    folder = Path("/checkout/of/mine")
    assert (folder / path).resolve().is_relative_to(folder)
    windows = PureWindowsPath("C:/checkout") / path
    assert windows.is_relative_to("C:/checkout")
    assert ".." not in windows.parts
    assert not windows.is_reserved()


@pytest.mark.parametrize("paths", [["a", "A"], ["a", "a/b"], ["a/b", "a"], ["x/é", "x/e\u0301"]])
def test_paths_that_would_meet_are_refused(paths: list[str]) -> None:
    """By case, by normal form, or as a folder and a file."""
    with pytest.raises(IntegrityError, match="one folder"):
        check_together(paths)


def test_ordinary_paths_go_together() -> None:
    """Files of one folder, and of folders beside each other."""
    check_together(["main/a", "main/b", "golden/a", "manifest.json"])
