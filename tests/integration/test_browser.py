"""The browser that the tests of the UI and of the report look with."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from tools.browser import Browser, BrowserError, chromium, main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no chromium with chromedriver on PATH"),
]

PAGE = """<!doctype html><meta charset=utf-8><title>page</title><body style="margin:0"><div id=app>Loading</div>
<div style="width:600px; height:2000px">wide and long</div>
<script>
setTimeout(() => {
  document.getElementById('app').innerHTML = '<button onclick="this.textContent = `Pressed`">Press me</button>'
  console.error('something is amiss')
}, 500)
</script>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that draws itself late, as an application does."""
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    return path


def size(png: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return int(width), int(height)


def test_waits_clicks_and_shoots_at_phone_width(page: Path, tmp_path: Path) -> None:
    """It meets the page as drawn, not as loaded, and sees what a phone would cut off."""
    with Browser(width=390, height=844, scale=2) as browser:
        browser.open(page)
        browser.wait_for("press ME", gone=("Loading",))
        browser.click("Press me")
        assert "Pressed" in browser.text()
        assert browser.overflow() == 600 - 390
        assert "something is amiss" in "".join(browser.errors())
        assert size(browser.screenshot(tmp_path / "window.png")) == (780, 1688)
        assert size(browser.screenshot(tmp_path / "whole.png", full=True))[1] > 4000


def test_says_what_the_page_shows_instead(page: Path) -> None:
    """A text that never comes ends the wait with the page's own words."""
    with Browser() as browser:
        browser.open(page)
        with pytest.raises(BrowserError, match=r"(?s)missing \['Nowhere'\].*wide and long"):
            browser.wait_for("Nowhere", seconds=1)


def test_command_writes_the_png(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says where the picture is, and what is wrong with the page."""
    png = tmp_path / "shots" / "page.png"
    assert main([str(page), str(png), "--wait-for", "Press me", "--width", "500", "--height", "400"]) == 0
    assert size(png) == (500, 400)
    said = capsys.readouterr()
    assert said.out.strip() == str(png)
    assert "100 px wider" in said.err


def test_command_fails_on_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that is not there is an error, not a picture of an error page."""
    assert main([str(tmp_path / "none.html"), str(tmp_path / "none.png")]) == 1
    assert "none.html" in capsys.readouterr().err
