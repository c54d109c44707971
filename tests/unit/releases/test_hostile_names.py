"""A name on the card and in the report is text, and nothing that could make them do anything."""

from __future__ import annotations

import re

import pytest

from prefstrata.releases._pages import render_card, render_report
from tests.unit.releases._manifests import HOSTILE, manifest, taught
from tests.unit.releases._page import Page

_LIVE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
_PLAIN_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "p",
        "h1",
        "h2",
        "h3",
        "ul",
        "li",
        "b",
        "i",
        "u",
        "code",
        "div",
    ),
    *("section", "figure", "figcaption", "svg", "rect", "line", "circle", "br"),
    *("span", "small", "table", "thead", "tbody", "tr", "th", "td"),
}
_PLAIN_ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "style", "colspan"}
_PLAIN_ATTRIBUTES |= {
    "viewbox",
    "role",
    "aria-hidden",
    "x",
    "y",
    "width",
    "height",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "data-as",
}


def test_the_report_is_one_page_without_scripts_or_outside_resources() -> None:
    """Only plain tags and attributes, no address at all, and a policy that forbids the rest."""
    page = Page(render_report(taught()))
    assert {tag for tag, _ in page.tags} == _PLAIN_TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= _PLAIN_ATTRIBUTES
    assert page.open == []
    [policy] = [a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    source = render_report(taught()).decode()
    assert "url(" not in source
    assert "@import" not in source
    assert "//" not in source


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:40])
def test_a_name_changes_nothing_but_text_in_the_report(name: str) -> None:
    """Whatever a task, a rule or a source is called, the page has the tags and attributes it has with plain names."""
    plain, hostile = Page(render_report(taught())), Page(render_report(taught(name)))
    assert hostile.tags == plain.tags
    assert hostile.open == []
    assert not _LIVE.search(render_report(taught(name)).decode())
    assert max(len(cell) for cell in hostile.cells if cell not in plain.cells) < 300
    if name.isprintable() and name.strip() and len(name) < 100:
        assert name in hostile.cells


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:40])
def test_a_name_is_one_code_span_on_the_card(name: str) -> None:
    """On the card every name stands in backticks, in a cell and on a line, and cannot leave any of them."""
    plain, hostile = (render_card(taught(each)).decode() for each in ("plain", name))
    assert not _LIVE.search(hostile)
    assert len(hostile.splitlines()) == len(plain.splitlines())
    for line, expected in zip(hostile.splitlines(), plain.splitlines(), strict=True):
        assert re.sub(r"`[^`]*`", "``", line) == re.sub(r"`[^`]*`", "``", expected)
        assert line.count("|") == expected.count("|")


def test_an_empty_name_can_be_seen() -> None:
    """A name of nothing, or of blanks, is said to be empty."""
    assert "(empty)" in Page(render_report(manifest("  "))).cells
    assert "`(empty)`" in render_card(manifest("")).decode()
