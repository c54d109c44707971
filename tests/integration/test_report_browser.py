"""The report as people see it: in a browser, at desktop and phone width, with hostile text in every field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.releases._pages import render_report
from tests.unit.releases._manifests import HOSTILE, UNKNOWN, rater_card, taught
from tools.browser import Browser, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no chromium with chromedriver on PATH"),
]

_NAMES = ("plain", *HOSTILE)
_DESKTOP, _TABLET, _PHONE = (1280, 800), (820, 1180), (390, 844)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser whose window has that width and height, one for all pages that are looked at with it."""
    width, height = request.param
    with Browser(width=width, height=height) as opened:
        yield opened


@pytest.mark.parametrize("browser", [_DESKTOP, _PHONE], indirect=True)
def test_nothing_overflows_and_nothing_runs(tmp_path: Path, browser: Browser) -> None:
    """Whatever names are called, the page is as wide as its window, asks for nothing, and runs nothing."""
    for number, name in enumerate(_NAMES):
        page = tmp_path / f"{number}.html"
        page.write_bytes(render_report(taught(name)))
        browser.open(page)
        browser.wait_for("Which dimension wins", "What the weight is made of")
        assert browser.overflow() == 0, ascii(name)[:60]
        assert browser.errors() == [], ascii(name)[:60]
        assert browser.script("return document.scripts.length") == 0, ascii(name)[:60]


@pytest.mark.parametrize(
    ("browser", "narrow"), [(_DESKTOP, False), (_TABLET, True), (_PHONE, True)], indirect=["browser"]
)
def test_rater_cards_fit_a_screen(tmp_path: Path, browser: Browser, *, narrow: bool) -> None:
    """With a judge's long name, hostile ones, and all there can be to say of a rater, nothing is beyond the edge."""
    data = taught()
    name = "judge:osprey-large-instruct/truthfulness@1a2b3c4d5e/both-orders"
    cards = [
        rater_card(name, stratum="judge/synthetic", dimension="safety_boundary", changed_at="2026-11-02"),
        *(rater_card(hostile) for hostile in HOSTILE),
        rater_card("eve", shown_for="votes", **UNKNOWN),
    ]
    data["raters"] = {**data["raters"], "cards": cards}
    page = tmp_path / "page.html"
    page.write_bytes(render_report(data, spent={name: "$1,234.56"}))
    browser.open(page)
    browser.wait_for("Rater cards", "changed on 2026-11-02")
    assert browser.overflow() == 0
    wide, room = browser.script(
        "const box = document.querySelector('table.cards').parentElement;return [box.scrollWidth, box.clientWidth]"
    )
    labelled = browser.script(
        "const cell = document.querySelector('table.cards td[data-as=Ties]');"
        "const head = document.querySelector('table.cards thead');"
        "return [getComputedStyle(cell, '::before').content, head.offsetHeight > 0]"
    )
    assert wide == room
    assert labelled == (['"Ties"', False] if narrow else ["none", True])


@pytest.mark.parametrize("browser", [_DESKTOP, _TABLET, _PHONE], indirect=True)
def test_what_noise_checks_found_fits_a_screen(tmp_path: Path, browser: Browser) -> None:
    """The figures, and below them what they mean and what follows: no part of it is beyond the edge."""
    data = taught()
    failed, passed = data["noise"]
    sentence = "Raters who are paid by the piece take the longer response more often than its quality explains. " * 3
    data["noise"] = [
        failed | {"name": "customer support, second line", "meaning": sentence, "action": sentence},
        *(failed | {"name": hostile, "meaning": f"Of {hostile}. {sentence}"} for hostile in HOSTILE),
        passed,
    ]
    page = tmp_path / "page.html"
    page.write_bytes(render_report(data))
    browser.open(page)
    browser.wait_for("What is known to be noisy", "What follows: Raters who are paid")
    assert browser.overflow() == 0
    wide, room, rightmost, edge = browser.script(
        "const box = document.querySelector('table.checks').parentElement;"
        "const ends = [...box.querySelectorAll('td, p')].map(each => each.getBoundingClientRect().right);"
        "return [box.scrollWidth, box.clientWidth, Math.max(...ends), box.getBoundingClientRect().right]"
    )
    assert wide == room
    assert rightmost <= edge
