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


def test_the_raters_fit_a_screen(tmp_path: Path) -> None:
    """With a judge's long name, a long dimension and all there can be to say, no column is beyond the edge."""
    data = taught()
    [*cards] = data["raters"]["cards"]
    name = "judge:osprey-large-instruct/truthfulness@1a2b3c4d5e/both-orders"
    more = {"stratum": "judge/synthetic", "dimension": "safety_boundary", "copying": 0.625, "changed_at": "2026-11-02"}
    data["raters"] = {**data["raters"], "cards": [{**cards[0], "rater_id": name, **more}, *cards]}
    page = tmp_path / "page.html"
    page.write_bytes(render_report(data))
    with Browser(width=1280, height=800) as browser:
        browser.open(page)
        browser.wait_for("Raters whose reliability stands out", "changed on 2026-11-02")
        wide, room = browser.script(
            "const heading = [...document.querySelectorAll('h2')].find(each => each.textContent.startsWith('Raters'));"
            "const table = heading.nextElementSibling.nextElementSibling; return [table.scrollWidth, table.clientWidth]"
        )
    assert wide == room
