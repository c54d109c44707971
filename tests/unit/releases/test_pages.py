"""The card and the report: readable numbers, and what they say of a release."""

from __future__ import annotations

import re

from prefstrata.releases._pages import render_card, render_report
from prefstrata.releases._summary import summarise
from tests.unit.releases._manifests import FACETS, manifest
from tests.unit.releases._page import Page


def test_numbers_have_separators_and_shares_percents() -> None:
    """Large numbers can be read at a glance on both pages."""
    data = manifest(records=1_234)
    page, card = Page(render_report(data)), render_card(data).decode()
    assert "1,234" in page.cells
    assert "12,344 of 12,345 records read were accepted" in re.sub(r"\s+", " ", page.text)
    assert {"50.0 %", "25.0 %", "\N{MULTIPLICATION SIGN} 0.50"} <= set(page.cells)
    assert "12,345 records read, 12,344 accepted, 1 in quarantine; 1,234,567 ledger rows" in card
    assert "| golden | 1,234 | the high-risk anchor, confirmed by experts |" in card


def test_bars_are_as_long_as_their_numbers() -> None:
    """The largest layer fills its bar, the others take their part of it, none is wider than its track."""
    data = manifest()
    data["layers"]["weak"] = {"records": 12, "kinds": data["layers"]["weak"]["kinds"]}
    widths = re.findall(r'<i class="(\w+)" style="width: ([\d.]+)%"', render_report(data).decode())
    assert dict(widths[:5]) == {
        "golden": "25.00",
        "expert": "25.00",
        "main": "25.00",
        "weak": "100.00",
        "backflow": "25.00",
    }
    assert all(0 < float(width) <= 100 for _, width in widths if width != "0.00")


def test_changes_are_shown_against_a_parent_only() -> None:
    """The first release is not compared with nothing."""
    rows = [{"kind": "pairs", "change": "added", "from_layer": None, "to_layer": "main", "records": 1_500}]
    first = manifest(changes=rows)
    later = manifest(changes=rows, parent={"release_id": "d" * 64, "manifest_sha256": "e" * 64})
    same = manifest(changes=[], parent={"release_id": "d" * 64, "manifest_sha256": "e" * 64})
    heading = "Against the release before"
    assert heading not in Page(render_report(first)).text
    assert heading in Page(render_report(later)).text
    assert "The same records" in Page(render_report(same)).text
    assert "Against" not in summarise(first)
    assert summarise(later).endswith("Against the release before: 1,500 added.")
    assert summarise(same).endswith("Against the release before: the same records.")


def test_settled_pairs_are_named_when_there_are_any() -> None:
    """So many of all; a manifest of an earlier version names none."""
    page = Page(render_report(manifest(arbitrated={"count": 2, "pairs": ["pair-1"]}))).text
    assert "2 pairs were settled since the release before, among them:" in page
    assert "pair-1" in page
    assert "Settled by people" not in Page(render_report(manifest())).text


def test_pairs_that_came_with_their_answers_are_counted_and_no_disputes() -> None:
    """They are told beside the disputes that were settled, or alone."""
    counts = {"count": 0, "pairs": [], "undisputed": 500}
    page = Page(render_report(manifest(arbitrated=counts))).text
    assert "500 pairs were settled that nobody had disputed" in page
    assert "since the release before:" not in page
    page = Page(render_report(manifest(arbitrated={"count": 1, "pairs": ["pair-1"], "undisputed": 1}))).text
    assert "1 pair was settled since the release before:" in page
    assert "1 pair was settled that nobody had disputed" in page


def test_pages_do_not_tell_how_records_were_cut_into_files() -> None:
    """One batch of a source, or three that hold the same records, give the same pages."""
    [whole] = manifest()["batches"]
    parts = [
        {**whole, "read": read, "accepted": read - bad, "quarantined": bad}
        for read, bad in ((6_000, 0), (999, 1), (1, 0))
    ]
    for order in (parts, parts[::-1]):
        assert render_report(manifest(batches=order)) == render_report(manifest())
        assert render_card(manifest(batches=order)) == render_card(manifest())


def test_a_long_facet_is_cut_and_says_so() -> None:
    """Ten thousand tasks do not make a page of ten thousand rows; the most frequent stay."""
    data = manifest()
    by = {facet: {"plain": 3} for facet in FACETS} | {"task": {f"task {n}": n for n in range(1, 10_001)}}
    data["layers"]["main"] = {"records": 3, "kinds": {"pairs": {"records": 3, "by": by}}}
    page = Page(render_report(data))
    assert "task 10000" in page.cells
    assert "task 9950" not in page.cells
    assert "and 9,951 more" in page.cells


def test_the_report_says_whose_votes_a_check_counts_and_how_many_are_no_back_test() -> None:
    """Names from data are escaped as everywhere; earlier manifests name nobody."""
    data = manifest()
    rater = {"rater_id": "<b>tired", "dimension": "tone", "votes": 1200, "changed_at": "2026-10-01"}
    named = [{**rater, "before": 0.911, "after": 0.502}, {**rater, "rater_id": "other", "before": 0.8, "after": 0.1}]
    data["noise"][0] |= {"movers": 31, "raters": named}
    data["raters"] |= {"settled_votes": 4000, "left_out": 1250}
    page = " ".join(render_report(data).decode().split())
    assert "Counted as changed: 31 raters, of whom these have most votes" in page
    assert "&lt;b&gt;tired <small>on tone</small> 1,200 <small>votes,</small> 91.1 %" in page
    assert "50.2 % <small>since</small>" in page
    assert "Of 4,000 votes on settled pairs 1,250 are no back-test" in page
    data["noise"][0] |= {"measure": "moved_scales", "movers": 2}
    page = " ".join(render_report(data).decode().split())
    assert "Counted as changed: 2 raters</p>" in page
    assert "+91.1 pp <small>until 2026-10-01,</small> +50.2 pp" in page
    before = render_report(manifest())
    assert b"Counted as changed" not in before
    assert b"no back-test" not in before


def test_both_pages_say_what_is_noisy_and_what_holds_a_factor() -> None:
    """A failed check stands there with its figure, the report says what follows; earlier manifests know none."""
    held = manifest()
    held["strata"][0]["capped_by"] = ["N2"]
    page, card = render_report(held).decode(), render_card(held).decode()
    for text in (page, card):
        assert "What is known to be noisy" in text
        assert "held by N2" in text
        assert "91.2 %" in text
        assert "2.35" in text or "2.34" in text
        assert "30.0 to 70.0 %" in text
    assert "85.3 % to 95.4 %" in page
    assert "a ruler says as much" in page
    assert "The factor is capped." in page
    assert "Quotas are proposed." not in page
    data = manifest()
    del data["noise"], data["strata"][0]["capped_by"]
    assert b"noisy" not in render_report(data) + render_card(data)
    assert b"held by" not in render_report(data) + render_card(data)
    old = manifest()
    del old["noise"][0]["beyond"]
    for text in (render_report(old).decode(), render_card(old).decode()):
        assert "70.0 %" in text
        assert "30.0 to" not in text
