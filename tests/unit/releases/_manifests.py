"""Manifests to draw pages of, in which every name may be one that tries to act on the page."""

from __future__ import annotations

from typing import Any

from prefstrata.policy import LAYERS

__all__ = ["FACETS", "HOSTILE", "UNKNOWN", "manifest", "rater_card", "taught"]

FACETS = ("stratum", "task", "scenario", "risk_level", "rule", "dimension", "signal")
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
    kinds = {"pairs": {"records": records, "by": {facet: {name: records} for facet in FACETS}}}
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
