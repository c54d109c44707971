"""The summary of a release: three to six plain sentences, made from the manifest's own figures by fixed rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from prefstrata.policy import LAYERS, TRAINING_LAYERS
from prefstrata.releases._names import compared_with, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Quote = Callable[[str | None], str]
    _Finding = dict[str, Any]

__all__ = ["sentences", "summarise", "tell"]

_TOLD = 3
_STYLES = {
    "longer": "the longer side",
    "hedged": "the side that hedges",
    "refuses": "the side that refuses",
    "apologises": "the side that apologises",
    "markdown": "the side in Markdown",
    "cites": "the side that cites",
}
_UNKNOWN = "…"


def summarise(manifest: dict[str, Any], most: int | None = None) -> str:
    """The sentences in one line; with ``most``, as many whole ones as fit into so many characters."""
    told = ""
    for sentence in sentences(manifest):
        longer = f"{told} {sentence}".strip()
        if most is not None and len(longer.encode()) > most:
            break
        told = longer
    return told


def sentences(manifest: dict[str, Any], quote: Quote = quoted) -> list[str]:
    """What the release holds, what it changes, and what of that a reader must know, the gravest first.

    Args:
        manifest: a manifest, or one about to be written.
        quote: how a name from data is written, so that it stays a name wherever the sentence is put.
    """
    told = [_held(manifest), *_changed(manifest)]
    found = _varied(_grouped(manifest.get("findings", [])))
    told += [tell(each, quote) for each in found[:_TOLD]]
    if len(found) > _TOLD:
        rest = len(found) - _TOLD
        told.append(f"{rest} more {'finding stands' if rest == 1 else 'findings stand'} in the report.")
    teaching = manifest.get("teaching")
    if teaching and not found:
        if manifest["parent"] is not None and manifest.get("compared", False):
            told.append("What it teaches did not change by more than chance.")
        told += _standing(teaching, quote)
    return told


def _held(manifest: dict[str, Any]) -> str:
    records = {layer: manifest["layers"][layer]["records"] for layer in LAYERS}
    parts = ", ".join(f"{records[layer]:,} {layer}" for layer in TRAINING_LAYERS)
    training = sum(records[layer] for layer in TRAINING_LAYERS)
    noun = "record" if training == 1 else "records"
    return f"{training:,} {noun} to train on ({parts}), {records['backflow']:,} waiting for people."


def _changed(manifest: dict[str, Any]) -> Iterator[str]:
    if manifest["parent"] is not None:
        changed: Counter[str] = Counter()
        for row in manifest["changes"]:
            changed[row["change"]] += row["records"]
        against = ", ".join(f"{count:,} {change}" for change, count in sorted(changed.items())) or "the same records"
        which = "the release" if manifest.get("compared_with", True) else "each"
        why = f", for some of {which} before was purged" if "compared_with" in manifest else ""
        yield f"Against {compared_with(manifest)}{why}: {against}."


def _grouped(findings: list[_Finding]) -> list[list[_Finding]]:
    """Findings that one sentence can tell: moves of one dimension against several others, pulled by one source."""
    groups: dict[tuple[object, ...], list[_Finding]] = {}
    for place, each in enumerate(findings):
        alike = each["what"] in {"ordering", "contradiction"}
        same = tuple(each[key] for key in ("what", "scenario", "risk_level", "upper", "source")) if alike else (place,)
        groups.setdefault(same, []).append(each)
    return list(groups.values())


def _varied(groups: list[list[_Finding]]) -> list[list[_Finding]]:
    """The first of every sort, then the second of every sort: three of one sort may not hide a fourth of another."""
    turns: Counter[str] = Counter()
    ranked = []
    for place, each in enumerate(groups):
        what = each[0]["what"]
        ranked.append((turns[what], place, each))
        turns[what] += 1
    return [each for _, _, each in sorted(ranked, key=lambda known: known[:2])]


def _standing(teaching: dict[str, Any], quote: Quote) -> Iterator[str]:
    """How the version stands, whatever it changed: its ordering against the policy's, and its pull of length."""
    declared = [row for row in teaching["ordering"] if row["declared"] and row["low"] is not None]
    against = [row for row in declared if row["high"] < 0.5]  # noqa: PLR2004 - one half
    decided = len(against) + sum(row["low"] > 0.5 for row in declared)  # noqa: PLR2004 - one half
    if decided:
        cases = "case" if decided == 1 else "cases"
        yield (
            "Where two dimensions conflict and the data surely lets one of them win, it is the policy's in "
            f"{decided - len(against):,} of {decided:,} {cases}{_but(against, declared, quote)}."
        )
    for row in teaching["styles"]:
        if (row["scenario"], row["style"]) == ("*", "longer") and row["share"] is not None:
            yield f"By weight, the longer of two sides of unlike length is chosen in {_percent(row['share'])}."


def _but(against: list[dict[str, Any]], declared: list[dict[str, Any]], quote: Quote) -> str:
    """What goes against the policy: before all, what loses that the policy puts above others and under few."""
    if not against:
        return ""
    rank: Counter[tuple[str, str, str]] = Counter()
    for row in declared:
        rank[row["scenario"], row["risk_level"], row["upper"]] += 1
        rank[row["scenario"], row["risk_level"], row["lower"]] -= 1

    def order(row: dict[str, Any]) -> tuple[int, float, str]:
        return -rank[row["scenario"], row["risk_level"], row["upper"]], row["follows"], row["upper"]

    gravest = min(against, key=order)
    more = f", and {len(against) - 1:,} more" if len(against) > 1 else ""
    return (
        f"; in {quote(gravest['scenario'])} at {gravest['risk_level']} risk, {quote(gravest['lower'])} wins over "
        f"{quote(gravest['upper'])} in {_percent(1 - gravest['follows'])}{more}"
    )


def tell(findings: list[_Finding], quote: Quote = quoted) -> str:
    """Findings of one group, as one sentence."""
    first = findings[0]
    if first["what"] in {"ordering", "contradiction"}:
        return _ordering(findings, quote)
    return _TELLING[first["what"]](first, quote)


def _ordering(rows: list[_Finding], quote: Quote) -> str:
    first = rows[0]
    wins = _list(f"over {quote(row['lower'])} in {_moved(row['follows'], row['before'])}" for row in rows)
    against = ", against the policy" if first["what"] == "contradiction" else ""
    return (
        f"In {quote(first['scenario'])} at {first['risk_level']} risk, {quote(first['upper'])} wins {wins} of their "
        f"conflicts{against}{_most(first, quote)}."
    )


def _style(row: _Finding, quote: Quote) -> str:
    where = "" if row["scenario"] == "*" else f"In {quote(row['scenario'])}, "
    side = _STYLES[row["style"]]
    side = side if where else side[0].upper() + side[1:]
    chosen = _moved(row["share"], row["before"])
    return f"{where}{side} is chosen in {chosen} of the pairs that differ in it{_most(row, quote)}."


def _rater(row: _Finding, quote: Quote) -> str:
    return (
        f"The rater {quote(row['rater_id'])} agrees with the others on {quote(row['dimension'])} in "
        f"{_percent(row['agreement_after'])} of the votes since {row['changed_at'] or _UNKNOWN}, and did in "
        f"{_percent(row['agreement_before'])} before."
    )


def _generator(row: _Finding, quote: Quote) -> str:
    return (
        f"The generator {quote(row['generator'])} is new: it wrote for {row['records']:,} records, "
        f"{_percent(row['share'], 1)} of the weight."
    )


def _frontier(row: _Finding, quote: Quote) -> str:
    up, down = (_list(f"{quote(each['dimension'])} ({_step(each)})" for each in row[key]) for key in ("up", "down"))
    scenario = quote(row["scenario"])
    if row["where"] == "better":
        return f"In {scenario}, the version stands on a better frontier: it gains on {up} and loses on nothing."
    if row["where"] == "behind":
        return f"In {scenario}, the version stands behind the one before: it loses on {down} and gains on nothing."
    return f"In {scenario}, the version stands on another point of the frontier: it gains on {up} and loses on {down}."


def _shift(row: _Finding, quote: Quote) -> str:
    facet = row["facet"].replace("risk_level", "risk")
    return f"The {facet} {quote(row['value'])} is {_moved(row['share'], row['before'])} of the weight."


_TELLING: dict[str, Callable[[_Finding, Quote], str]] = {
    "style": _style,
    "rater": _rater,
    "generator": _generator,
    "frontier": _frontier,
    "shift": _shift,
}


def _most(row: _Finding, quote: Quote) -> str:
    """Whose new pairs say it, and how much they do."""
    return (
        "" if row["source"] is None else f"; in what {quote(row['source'])} added it is {_percent(row['source_share'])}"
    )


def _moved(now: float, before: float | None) -> str:
    return _percent(now) if before is None else f"{_percent(now)} ({_percent(before)} before)"


def _step(row: dict[str, Any]) -> str:
    return f"{100 * row['before']:.0f} to {_percent(row['share'])}"


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _list(parts: Iterator[str]) -> str:
    *first, last = list(parts) or [""]
    return f"{', '.join(first)} and {last}" if first else last
