"""What the card and the report say of raters, and of how far the estimates of them came true."""

from __future__ import annotations

from prefstrata.releases._pages import render_card, render_report
from tests.unit.releases._manifests import UNKNOWN, manifest, rater_card
from tests.unit.releases._page import Page


def test_what_a_judge_has_cost_stands_on_its_card() -> None:
    """Where a journal says so, and for raters that are shown; else there is no such column."""
    [card] = manifest()["raters"]["cards"]
    told = Page(render_report(manifest(), spent={card["rater_id"]: "$12.34", "judge:other": "$0.99"}))
    assert "$12.34" in told.cells
    assert "$0.99" not in told.text
    assert "booked for its verdicts" in told.text
    assert "booked" not in Page(render_report(manifest(), spent={"judge:other": "$0.99"})).text


def test_a_rater_card_says_what_is_known_of_a_rater() -> None:
    """Interval, ties, leanings, agreement, settled pairs and exams, each with what it rests on, on both pages."""
    page, card = Page(render_report(manifest())), render_card(manifest()).decode()
    assert {"91.2 %85.3 % to 95.4 %", "12.5 %", "77.7 %of 2,900", "94.1 %of 340"} <= set(page.cells)
    assert {"-3.4 pp", "+7.4 pp", "+1.2 pp", "-21.1 pp"} <= set(page.cells)
    assert "More often right than the mean" in page.text
    for fact in (
        "right as people decided, exams too 65.5 % of 58",
        "changes sides with the order 22.5 % of 1,040",
        "a further vote of its family repeats the first 62.5 %",
    ):
        assert fact in page.text
    assert "| 3,210 | 91.2 % | 85.3 % to 95.4 % | 12.5 % | 77.7 % | 94.1 % | -3.4 pp | +7.4 pp | +1.2 pp |" in card
    assert "| -21.1 pp | 62.5 % |" in card


def test_a_rater_card_says_what_changed_when() -> None:
    """Agreement and reliability, what is right on settled pairs, and the scale: the day, before and after."""
    page, card = Page(render_report(manifest())), render_card(manifest()).decode()
    for text in (page.text, card):
        assert "changed on 2026-11-21: as the others in 88.1 % before, 61.3 % after;" in text
        assert "after; reliability 93.4 % before, 65.5 % after" in text
    assert "on settled pairs from 2026-11-20: right in 96.6 % before, 51.2 % after" in page.text
    assert "right on settled pairs in 96.6 % before 2026-11-20, 51.2 % after" in card
    assert "scale moved on 2026-10-02: -15.7 pp of it" in page.text
    assert "moved on 2026-10-02, by -15.7 pp of it" in card


def test_a_rater_card_claims_nothing_of_what_nothing_tells() -> None:
    """A rater whose votes do not say how good it is has what was declared of it, and no line without a figure."""
    little = rater_card("eve", shown_for="votes", **UNKNOWN)
    data = manifest(raters={**manifest()["raters"], "cards": [little]})
    page, card = Page(render_report(data)), render_card(data).decode()
    assert "91.2 %as declared: votes do not say" in page.cells
    assert "| 3,210 | 91.2 % |  | 12.5 % |  |  |  |  |  |  |  |" in card
    for text in (page.text, card):
        assert "those with most votes" in text
        assert "None" not in text
        assert (
            " pp" not in text.split("How far estimates came true", maxsplit=1)[0].rsplit("Rater cards", maxsplit=1)[-1]
        )
        assert "changed on" not in text


def test_how_far_estimates_came_true_is_told_tenth_by_tenth() -> None:
    """On held-out settled pairs: what was claimed, what was right, and the calibration error over the bins."""
    page, card = Page(render_report(manifest())), render_card(manifest()).decode()
    for text in (page.text, card):
        assert "On 250 pairs that people settled, held out of the fit," in text
        assert "claimed 87.5 % on average and" in text
        assert "claim and truth are 3.1 % apart on average" in text
    assert {"125", "75.0 %", "70.0 %", "-5.0 pp", "98.8 %", "-1.2 pp"} <= set(page.cells)
    assert "| 125 | 75.0 % | 70.0 % |\n| 125 | 100.0 % | 98.8 % |" in card


def test_what_was_never_measured_is_not_claimed() -> None:
    """Without settled pairs both pages say so; a manifest of an earlier version has no raters to show."""
    unmeasured = {**manifest()["raters"], "items": 0, "claimed": None, "right": None, "error": None, "bins": []}
    data = manifest(raters=unmeasured)
    for text in (Page(render_report(data)).text, render_card(data).decode()):
        assert "No pair that people settled has other votes, so nobody has measured how far" in text
    earlier = manifest()
    del earlier["raters"]
    assert "Rater cards" not in Page(render_report(earlier)).text + render_card(earlier).decode()
