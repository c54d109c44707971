"""The card and the report: readable numbers, and nothing that a name could make them do."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from prefstrata.policy import LAYERS
from prefstrata.releases._pages import render_card, render_report
from prefstrata.releases._summary import summarise

_FACETS = ("stratum", "task", "scenario", "risk_level", "rule", "dimension", "signal")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table></div><iframe src=https://evil.example>",
    "</style><link rel=stylesheet href=//evil.example>",
    "</title><meta http-equiv=refresh content=0;url=https://evil.example>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% for x in y %}",
    "${7*7} <%= 7*7 %> #{7*7}",
    "[click](javascript:alert(1))",
    "![tracker](https://evil.example/pixel.png)",
    "<https://evil.example> https://evil.example www.evil.example someone@evil.example",
    "`code` ``more`` ```fence```",
    "a | b | c \\| d",
    "trailing backslash \\",
    "# heading\n\n* item\n\n| a | b |\n|---|---|\n",
    "[ref]: https://evil.example",
    "&lt;script&gt; &#60;b&#62; &amp;",
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\u202egnp.exe \u2066isolated\u2069 \u200fmark \u061c",
    "zero\u200bwidth\ufeff soft\u00adhyphen \U000e0041\U000e0042 tags",
    "nul\x00 bell\x07 c1\x9b31m del\x7f",
    "line\u2028separator\u2029paragraph\x85next\r\nreturn",
    "x" * 10_000,
    "</td>" + "W" * 300,
    "",
    "   ",
]
_LIVE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def rater_card(name: str, **changes: object) -> dict[str, Any]:
    """What the manifest says of a rater of whom all is known."""
    return {
        "rater_id": name,
        "dimension": name,
        "stratum": name,
        "shown_for": "above",
        "votes": 3_210,
        "reliability": 0.912,
        "reliability_low": 0.853,
        "reliability_high": 0.954,
        "usual": 0.801,
        "tie_rate": 0.125,
        "side_bias": -0.034,
        "length": 0.3,
        "markdown": 0.05,
        "firmness": -0.9,
        "copying": 0.625,
        "agreement": 0.777,
        "overlapping": 2_900,
        "settled_right": 0.941,
        "settled_votes": 340,
        "exam_right": 0.655,
        "exam_votes": 58,
        "flip_rate": 0.225,
        "both_orders": 1_040,
        "changed_at": "2026-11-21",
        "agreement_before": 0.881,
        "agreement_after": 0.613,
        "reliability_before": 0.934,
        "reliability_after": 0.655,
        "scale_moved_at": "2026-10-02",
        "scale_shift": -0.157,
        "golden_moved_at": "2026-11-20",
        "golden_before": 0.966,
        "golden_after": 0.512,
        **changes,
    }


UNKNOWN = dict.fromkeys(
    (
        *("reliability_low", "reliability_high", "usual", "side_bias", "length", "markdown", "firmness", "copying"),
        *("agreement", "settled_right", "exam_right", "flip_rate"),
        *("changed_at", "agreement_before", "agreement_after", "reliability_before", "reliability_after"),
        *("scale_moved_at", "scale_shift", "golden_moved_at", "golden_before", "golden_after"),
    )
)
"""Fields of a card that are null where nothing tells."""


def _teaching(name: str) -> dict[str, Any]:
    measured = {"pairs": 1_500, "effective": 40.0, "low": 0.2, "high": 0.3, "before": 0.75}
    return {
        "ordering": [
            {
                "scenario": name,
                "risk_level": "high",
                "upper": name,
                "lower": f"{name}2",
                "declared": True,
                "follows": 0.25,
                "contradicts": True,
                **measured,
            }
        ],
        "styles": [{"scenario": each, "style": "longer", "share": 0.25, **measured} for each in ("*", name)],
        "positions": [{"scenario": name, "dimension": f"{name}{n}", "share": 0.25, **measured} for n in (1, 2)],
        "composition": {"rater": [{"value": name, "records": 5, "weight": 1.0, "share": 0.5, "before": None}]},
        "turned": [],
    }


def _findings(name: str) -> list[dict[str, Any]]:
    moved = {"pairs": 1_500, "low": 0.2, "high": 0.3, "before": 0.75, "source": name, "source_share": 0.0}
    cell = {"scenario": name, "risk_level": "high", "upper": name, "lower": name, "follows": 0.25}
    rater = {
        "rater_id": name,
        "dimension": name,
        "stratum": name,
        "changed_at": "2026-11-02",
        "statistic": 2.5,
        "n": 60,
    }
    return [
        {"what": "contradiction", **cell, **moved},
        {"what": "rater", **rater, "agreement_before": 0.9, "agreement_after": 0.4},
        {"what": "style", "scenario": name, "style": "longer", "share": 0.25, **moved},
        {"what": "generator", "generator": name, "records": 12, "share": 0.02},
    ]


def taught(name: str = "plain") -> dict[str, Any]:
    """A manifest that says what its version teaches, and what of that is new."""
    return manifest(name, teaching=_teaching(name), findings=_findings(name), compared=True)


def manifest(name: str = "plain", records: int = 3, **changes: object) -> dict[str, Any]:
    """A manifest in which every name that data or a policy can choose is ``name``."""
    kinds = {"pairs": {"records": records, "by": {facet: {name: records} for facet in _FACETS}}}
    return {
        "project": "mine",
        "release_id": "a" * 64,
        "parent": None,
        "changes": [],
        "ledger": {"rows": 1_234_567, "read": 12_345, "accepted": 12_344, "quarantined": 1},
        "policies": [{"policy": f"{name}@1", "sha256": "b" * 64, "path": "policies/general.yaml"}],
        "code": {"prefstrata": "1.0", "sql_sha256": "c" * 64, "duckdb": "2.0.0"},
        "calibration": name,
        "layers": {layer: {"records": records, "kinds": kinds} for layer in LAYERS},
        "strata": [
            {
                "scenario": name,
                "stratum": name,
                "records": records,
                "trust": 1.5,
                "declared": 0.25,
                "actual": 0.5,
                "factor": 0.5,
                "achieved": None,
                "capped_by": [],
            }
        ],
        "queues": {name: 2_000},
        "noise": [
            {
                "noise": "N2",
                "measure": "longer_wins",
                "slice": "task",
                "name": name,
                "value": 0.912,
                "low": 0.853,
                "high": 0.954,
                "n": 321,
                "threshold": 0.7,
                "beyond": "both",
                "unit": "share",
                "passed": False,
                "severity": "warning",
                "meaning": f"Of task {name} a ruler says as much.",
                "action": "The factor is capped.",
            },
            {
                "noise": "N7",
                "measure": "effective_tasks",
                "slice": "scenario",
                "name": name,
                "value": 2.345,
                "low": None,
                "high": None,
                "n": 321,
                "threshold": 1.5,
                "unit": "number",
                "passed": True,
                "severity": "warning",
                "meaning": f"Tasks of {name}.",
                "action": "Quotas are proposed.",
            },
        ],
        "raters": {
            "raters": 9_000,
            "changed": 4,
            "items": 250,
            "claimed": 0.875,
            "right": 0.844,
            "error": 0.031,
            "bins": [
                {"bin": 0, "items": 125, "claimed": 0.75, "right": 0.7},
                {"bin": 1, "items": 125, "claimed": 1.0, "right": 0.988},
            ],
            "cards": [rater_card(name)],
        },
        "batches": [
            {
                "source": name,
                "supervisor": "crowd",
                "mode": "offline",
                "read": 7_000,
                "accepted": 6_999,
                "quarantined": 1,
            }
        ],
        **changes,
    }


class _Page(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.cells: list[str] = []
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)
        if tag in {"td", "h1"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data
            if "td" in self.open:
                self.cells[-1] += data


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
    page = _Page(render_report(taught()))
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
    plain, hostile = _Page(render_report(taught())), _Page(render_report(taught(name)))
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
    assert "(empty)" in _Page(render_report(manifest("  "))).cells
    assert "`(empty)`" in render_card(manifest("")).decode()


def test_numbers_have_separators_and_shares_percents() -> None:
    """Large numbers can be read at a glance on both pages."""
    data = manifest(records=1_234)
    page, card = _Page(render_report(data)), render_card(data).decode()
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
    assert heading not in _Page(render_report(first)).text
    assert heading in _Page(render_report(later)).text
    assert "The same records" in _Page(render_report(same)).text
    assert "Against" not in summarise(first)
    assert summarise(later).endswith("Against the release before: 1,500 added.")
    assert summarise(same).endswith("Against the release before: the same records.")


def test_settled_pairs_are_named_when_there_are_any() -> None:
    """So many of all; a manifest of an earlier version names none."""
    page = _Page(render_report(manifest(arbitrated={"count": 2, "pairs": ["pair-1"]}))).text
    assert "2 pairs were settled since the release before, among them:" in page
    assert "pair-1" in page
    assert "Settled by people" not in _Page(render_report(manifest())).text


def test_pairs_that_came_with_their_answers_are_counted_and_no_disputes() -> None:
    """They are told beside the disputes that were settled, or alone."""
    counts = {"count": 0, "pairs": [], "undisputed": 500}
    page = _Page(render_report(manifest(arbitrated=counts))).text
    assert "500 pairs were settled that nobody had disputed" in page
    assert "since the release before:" not in page
    page = _Page(render_report(manifest(arbitrated={"count": 1, "pairs": ["pair-1"], "undisputed": 1}))).text
    assert "1 pair was settled since the release before:" in page
    assert "1 pair was settled that nobody had disputed" in page


def test_what_a_judge_has_cost_stands_on_its_card() -> None:
    """Where a journal says so, and for raters that are shown; else there is no such column."""
    [card] = manifest()["raters"]["cards"]
    told = _Page(render_report(manifest(), spent={card["rater_id"]: "$12.34", "judge:other": "$0.99"}))
    assert "$12.34" in told.cells
    assert "$0.99" not in told.text
    assert "booked for its verdicts" in told.text
    assert "booked" not in _Page(render_report(manifest(), spent={"judge:other": "$0.99"})).text


def test_a_rater_card_says_what_is_known_of_a_rater() -> None:
    """Interval, ties, leanings, agreement, settled pairs and exams, each with what it rests on, on both pages."""
    page, card = _Page(render_report(manifest())), render_card(manifest()).decode()
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
    page, card = _Page(render_report(manifest())), render_card(manifest()).decode()
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
    page, card = _Page(render_report(data)), render_card(data).decode()
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
    page, card = _Page(render_report(manifest())), render_card(manifest()).decode()
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
    for text in (_Page(render_report(data)).text, render_card(data).decode()):
        assert "No pair that people settled has other votes, so nobody has measured how far" in text
    earlier = manifest()
    del earlier["raters"]
    assert "Rater cards" not in _Page(render_report(earlier)).text + render_card(earlier).decode()


def test_the_summary_counts_what_can_be_trained_on() -> None:
    """Backflow is told, and not counted among what to train on."""
    assert summarise(manifest(records=1_000)) == (
        "4,000 records to train on (1,000 golden, 1,000 expert, 1,000 main, 1,000 weak), 1,000 waiting for people."
    )


def test_the_summary_names_what_goes_against_the_policy_the_highest_dimension_first() -> None:
    """A count of what is right may not hide which dimension lost."""

    def row(upper: str, lower: str, follows: float) -> dict[str, object]:
        low, high = max(0.0, follows - 0.2), min(1.0, follows + 0.2)
        cell = {"scenario": "general", "risk_level": "low", "declared": True}
        return {**cell, "upper": upper, "lower": lower, "follows": follows, "low": low, "high": high}

    ordering = [
        row("safety", "tone", 0.9),
        row("safety", "help", 0.16),
        row("help", "tone", 0.1),
        row("help", "x", 0.5),
    ]
    styles = [{"scenario": "*", "style": "longer", "share": 0.587}]
    told = summarise(manifest(teaching={"ordering": ordering, "styles": styles}, findings=[]))
    assert told.endswith(
        "Where two dimensions conflict and the data surely lets one of them win, it is the policy's in 1 of 3 cases;"
        " in general at low risk, help wins over safety in 84 %, and 1 more."
        " By weight, the longer of two sides of unlike length is chosen in 59 %."
    )
    right = summarise(manifest(teaching={"ordering": ordering[:1], "styles": []}, findings=[]))
    assert right.endswith("it is the policy's in 1 of 1 case.")


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
    by = {facet: {"plain": 3} for facet in _FACETS} | {"task": {f"task {n}": n for n in range(1, 10_001)}}
    data["layers"]["main"] = {"records": 3, "kinds": {"pairs": {"records": 3, "by": by}}}
    page = _Page(render_report(data))
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
