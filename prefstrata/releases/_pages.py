"""The pages of a release: the card for a reader of the folder, the report for a reader in a browser.

Names of tasks, scenarios and rules come from data and from policies. On both pages they are inert text: cut to a length
one can read, without characters that hide or turn text, and unable to become markup. The report forbids itself scripts
and every outside resource. Nothing on them depends on how records were cut into files.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from prefstrata.model.kinds import KINDS
from prefstrata.policy import LAYERS, NOISES, gate_meaning, limit_told
from prefstrata.releases._figures import figures
from prefstrata.releases._names import code_span, compared_with, quoted, readable, visible
from prefstrata.releases._online import EMPTY
from prefstrata.releases._summary import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["render_card", "render_report"]

_MEANING = {
    "golden": "the high-risk anchor, confirmed by experts",
    "expert": "the expert benchmark",
    "main": "agreed by several people",
    "weak": "thin or automatic evidence",
    "backflow": "waits for people; never train on it",
}
_FACETS = {
    "signal": "Signal",
    "stratum": "Stratum",
    "scenario": "Scenario",
    "task": "Task",
    "risk_level": "Risk",
    "dimension": "Dimension",
}
_SHOWN_FOR = {
    "above": "More often right than the mean: the whole interval lies above it",
    "below": "Less often right than the mean: the whole interval lies below it",
    "votes": "Of the others, those with most votes",
}
_MOST_ROWS = 50
_WORTH_SAYING = 0.001
"""A share missed by less is not worth a line."""
_LONGEST_SENTENCE = 280
_TIMES = "\N{MULTIPLICATION SIGN}"


def render_card(manifest: dict[str, Any]) -> bytes:
    """``CARD.md`` of the release."""
    return _environment(html=False).get_template("CARD.md.j2").render(_facts(manifest, code_span)).encode()


def render_report(manifest: dict[str, Any], *, spent: Mapping[str, str] | None = None) -> bytes:
    """``report/index.html`` of the release: one page, no scripts, nothing loaded from elsewhere.

    Args:
        manifest: of the release.
        spent: what raters have cost so far, as people read it. No record says that, so no manifest does either.
    """
    facts = _facts(manifest, quoted)
    shown = {card["rater_id"] for card in facts["raters"]["cards"]}
    costs = {rater: cost for rater, cost in (spent or {}).items() if rater in shown}
    return _environment(html=True).get_template("report.html.j2").render(facts, costs=costs).encode()


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("prefstrata.releases"),
        autoescape=html,  # noqa: S701 - the card is Markdown; its names go through `md`
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible if html else None,
    )
    environment.filters.update(
        md=code_span,
        name=readable,
        count=_count,
        share=_share,
        factor=_factor,
        points=_points,
        lean=_lean,
        figure=_figure,
        said=_said,
    )
    return environment


def _facts(manifest: dict[str, Any], quote: Callable[[str | None], str]) -> dict[str, Any]:
    """What the templates show: the manifest, and what follows from it."""
    layers = [_layer(manifest, layer) for layer in LAYERS]
    most = max(1, *(layer["records"] for layer in layers))
    return {
        **{
            key: manifest[key]
            for key in ("project", "release_id", "ledger", "code", "calibration", "policies", "strata")
        },
        "summary": sentences(manifest, quote),
        "taught": figures(manifest),
        "parent": manifest["parent"],
        "against": compared_with(manifest),
        "training": sum(layer["records"] for layer in layers if layer["name"] != "backflow"),
        "waiting": manifest["layers"]["backflow"]["records"],
        "layers": [layer | {"percent": 100 * layer["records"] / most} for layer in layers],
        "kinds": [kind for kind in KINDS if any(layer["kinds"][kind] for layer in layers)],
        "changes": manifest["changes"],
        "arbitrated": {"count": 0, "pairs": [], "undisputed": 0} | manifest.get("arbitrated", {}),
        "sources": _sources(manifest["batches"]),
        "rules": _rules(manifest),
        "facets": [facet for key, title in _FACETS.items() if (facet := _facet(manifest, key, title))["rows"]],
        "queues": sorted(manifest["queues"].items()),
        "online": EMPTY | manifest.get("online", {}),
        "privacy": _privacy(manifest),
        "noise": [_noise(row) for row in manifest.get("noise", [])],
        "weights": _weights(manifest),
        "moves": manifest.get("moves", []),
        "gates": _gates(manifest),
        "raters": _raters(manifest),
    }


def _privacy(manifest: dict[str, Any]) -> dict[str, Any]:
    """What became of personal data in texts, and how many records hold which kind, over all kinds of record."""
    told = manifest.get("privacy", {"personal_data": "off", "records": []})
    counts: Counter[tuple[str, str]] = Counter()
    for row in told["records"]:
        counts[row["personal_data"], row["layer"]] += row["records"]
    kinds = sorted({kind for kind, _ in counts})
    return {
        "personal_data": told["personal_data"],
        "searched_with": told.get("searched_with", ""),
        "kinds": [kind.replace("_", " ") for kind in told.get("kinds", [])],
        "rows": [
            {"kind": kind.replace("_", " "), "counts": {layer: counts[kind, layer] for layer in LAYERS}}
            for kind in kinds
        ],
        "layers": LAYERS,
    }


def _noise(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the noise checks with its title and its limit; releases made before both ends failed name one."""
    limit = limit_told(row["threshold"], row.get("beyond", "above"), row["unit"])
    return {**row, "title": NOISES[row["noise"]], "limit": limit, "raters": row.get("raters") or []}


def _raters(manifest: dict[str, Any]) -> dict[str, Any]:
    """How far estimates came true, and the cards as ``groups`` of ``title`` and ``cards``, none of them empty."""
    counts = dict.fromkeys(("raters", "changed", "settled_votes", "left_out", "items"), 0)
    told = counts | {"error": None, "bins": [], "cards": []} | manifest.get("raters", {})
    groups = (
        {"title": title, "cards": [card for card in told["cards"] if card["shown_for"] == shown_for]}
        for shown_for, title in _SHOWN_FOR.items()
    )
    return {**told, "groups": [group for group in groups if group["cards"]]}


def _gates(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the gates found: those beyond their threshold, how many were looked at, and who approved it."""
    gates = manifest.get("gates", {"results": [], "approval": None, "stopped": False, "compared": False})
    tripped = [{**row, "meaning": gate_meaning(row["gate"])} for row in gates["results"] if row["tripped"]]
    return {
        **{key: gates[key] for key in ("approval", "stopped", "compared")},
        "names": len({row["gate"] for row in gates["results"]}),
        "slices": len(gates["results"]),
        "tripped": tripped[:_MOST_ROWS],
        "more": max(0, len(tripped) - _MOST_ROWS),
    }


def _layer(manifest: dict[str, Any], layer: str) -> dict[str, Any]:
    held = manifest["layers"][layer]
    kinds = {kind: held["kinds"].get(kind, {}).get("records", 0) for kind in KINDS}
    return {"name": layer, "records": held["records"], "meaning": _MEANING[layer], "kinds": kinds}


def _sources(batches: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records per source, over all its files."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for batch in batches:
        counts = sums.setdefault((batch["source"], f"{batch['supervisor']}/{batch['mode']}"), Counter())
        counts.update({key: batch[key] for key in ("read", "accepted", "quarantined")})
    return [{"source": source, "stratum": stratum, **counts} for (source, stratum), counts in sorted(sums.items())]


def _weights(manifest: dict[str, Any]) -> dict[str, Any]:
    """What came of the policy's wishes; a release made before they were measured says nothing of them."""
    told = manifest.get("weights", {"margins": [], "limits": [], "effective": []})
    missed = [row for row in told["margins"] if row["shortfall"] >= _WORTH_SAYING]
    return {
        "missed": sorted(missed, key=lambda row: (-row["shortfall"], row["scenario"], row["margin"], row["value"])),
        "limits": told["limits"],
        "effective": [row for row in told["effective"] if row["slice"] in {"all", "layer", "scenario", "risk_level"}],
    }


def _rules(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"layer": layer, "kind": kind, "rule": rule, "records": records}
        for layer in LAYERS
        for kind, held in sorted(manifest["layers"][layer]["kinds"].items())
        for rule, records in sorted(held["by"]["rule"].items())
    ]


def _facet(manifest: dict[str, Any], key: str, title: str) -> dict[str, Any]:
    """The values of a facet, the most frequent first, each with its records per layer."""
    values: dict[str, Counter[str]] = {}
    for layer in LAYERS:
        for held in manifest["layers"][layer]["kinds"].values():
            for value, records in held["by"].get(key, {}).items():
                values.setdefault(value, Counter())[layer] += records
    ordered = sorted(values, key=lambda value: (-values[value].total(), value))
    most = max((counts.total() for counts in values.values()), default=1)
    rows = [
        {
            "value": value,
            "records": values[value].total(),
            "counts": {layer: values[value][layer] for layer in LAYERS},
            "percents": {layer: 100 * values[value][layer] / most for layer in LAYERS},
        }
        for value in ordered[:_MOST_ROWS]
    ]
    return {"title": title, "rows": rows, "more": len(ordered) - len(rows)}


def _said(text: str) -> str:
    """A sentence with a name from data in it."""
    return readable(text, _LONGEST_SENTENCE)


def _count(number: int) -> str:
    return f"{number:,}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _points(value: float | None) -> str:
    """A difference of shares, with its sign, in percentage points."""
    return "" if value is None else f"{100 * value:+.1f} pp"


def _lean(log_odds: float | None) -> str:
    """What a side with these log-odds gets beyond half of the votes on a pair where neither is better."""
    return "" if log_odds is None else _points(1 / (1 + math.exp(-log_odds)) - 0.5)


def _figure(value: float | None, unit: str) -> str:
    """A figure of a noise check: a share, or a number."""
    return _share(value) if value is None or unit == "share" else f"{value:.2f}"


def _factor(value: float) -> str:
    return f"{_TIMES} {value:.2f}"
