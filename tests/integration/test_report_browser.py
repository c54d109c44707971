"""The report as people see it: in a browser, at desktop and phone width, with hostile text in every field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.releases._pages import render_report
from tests.unit.releases.test_pages import HOSTILE, taught
from tools.browser import Browser, chromium

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no chromium with chromedriver on PATH"),
]

_NAMES = ("plain", *HOSTILE)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_nothing_overflows_and_nothing_runs(tmp_path: Path, width: int, height: int) -> None:
    """Whatever names are called, the page is as wide as its window, asks for nothing, and runs nothing."""
    with Browser(width=width, height=height) as browser:
        for number, name in enumerate(_NAMES):
            page = tmp_path / f"{number}.html"
            page.write_bytes(render_report(taught(name)))
            browser.open(page)
            browser.wait_for("Which dimension wins", "What the weight is made of")
            assert browser.overflow() == 0, ascii(name)[:60]
            assert browser.errors() == [], ascii(name)[:60]
            assert browser.script("return document.scripts.length") == 0, ascii(name)[:60]
