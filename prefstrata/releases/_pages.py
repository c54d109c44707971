"""The pages of a release: the card for a reader of the folder, the report for a reader in a browser.

Names of tasks, scenarios and projects come from data. They are escaped for the page they stand on, and the report forbids
scripts and every outside resource.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from prefstrata.policy import LAYERS

__all__ = ["render_card", "render_report", "summarise"]

_MEANING = {
    "golden": "the high-risk anchor, confirmed by experts",
    "expert": "the expert benchmark",
    "main": "agreed by several people",
    "weak": "thin or automatic evidence",
    "backflow": "waits for people; never train on it",
}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_FACETS = ("signal", "stratum", "task", "scenario", "risk_level", "dimension")


def summarise(manifest: dict[str, Any]) -> str:
    """One or two plain sentences: how much the release holds, and what it changes."""
    layers = manifest["layers"]
    training = sum(layers[layer]["records"] for layer in LAYERS if layer != "backflow")
    parts = ", ".join(f"{layers[layer]['records']} {layer}" for layer in LAYERS if layer != "backflow")
    held = f"{training} records to train on ({parts}), {layers['backflow']['records']} waiting for people."
    changed = Counter({row["change"]: 0 for row in manifest["changes"]})
    for row in manifest["changes"]:
        changed[row["change"]] += row["records"]
    if manifest["parent"] is None or not changed:
        return held
    return f"{held} Against the release before: " + ", ".join(f"{n} {change}" for change, n in sorted(changed.items())) + "."


def render_card(manifest: dict[str, Any]) -> bytes:
    """``CARD.md`` of the release."""
    return _render("CARD.md.j2", manifest)


def render_report(manifest: dict[str, Any]) -> bytes:
    """``report/index.html`` of the release: one page, no scripts, nothing loaded from elsewhere."""
    return _render("report.html.j2", manifest)


def _render(template: str, manifest: dict[str, Any]) -> bytes:
    environment = Environment(
        loader=PackageLoader("prefstrata.releases"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(md=_markdown, share=_share)
    most = max(1, *(manifest["layers"][layer]["records"] for layer in LAYERS))
    layers = [
        {
            "name": layer,
            "records": manifest["layers"][layer]["records"],
            "percent": round(100 * manifest["layers"][layer]["records"] / most, 1),
            "meaning": _MEANING[layer],
        }
        for layer in LAYERS
    ]
    page = environment.get_template(template).render(
        manifest
        | {
            "summary": summarise(manifest),
            "layers": layers,
            "rules": list(_rules(manifest)),
            "facets": list(_facets(manifest)),
            "queues": sorted(manifest["queues"].items()),
        }
    )
    return page.encode()


def _rules(manifest: dict[str, Any]) -> Any:  # noqa: ANN401 - rows for the template
    for layer in LAYERS:
        for kind, held in sorted(manifest["layers"][layer]["kinds"].items()):
            for rule, records in sorted(held["by"]["rule"].items()):
                yield {"layer": layer, "kind": kind, "value": rule, "records": records}


def _facets(manifest: dict[str, Any]) -> Any:  # noqa: ANN401 - rows for the template
    for facet in _FACETS:
        counts: dict[str, Counter[str]] = {}
        for layer in LAYERS:
            for held in manifest["layers"][layer]["kinds"].values():
                for value, records in held["by"].get(facet, {}).items():
                    counts.setdefault(value, Counter())[layer] += records
        for value in sorted(counts, key=lambda name: (-counts[name].total(), name)):
            yield {"facet": facet, "value": value, "counts": [counts[value][layer] for layer in LAYERS]}


def _markdown(text: str) -> str:
    """The text as inert Markdown: one line, no control or direction characters, no markup."""
    return _MARKUP.sub(r"\\\1", _CONTROL.sub(" ", text))


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"
