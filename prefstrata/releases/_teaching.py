"""What a version teaches, as the manifest carries it, and what of that is new since the release before."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from prefstrata.releases._ordering import as_ordered_now

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from prefstrata.engine import Engine

__all__ = ["describe_teaching", "find", "news"]

Row = dict[str, Any]

_SURE = 3.5
"""Standard errors that what is new must differ by: some sixty figures are looked at in every version."""
_FEW = 12.0
_LEAST = {"ordering": 0.04, "styles": 0.02, "positions": 0.02}
"""Moves of a whole version that are worth a sentence, in parts of one."""
_KEYS = {
    "ordering": ("scenario", "risk_level", "upper", "lower"),
    "styles": ("scenario", "style"),
    "positions": ("scenario", "dimension"),
}
_SHARES = {"ordering": "follows", "styles": "share", "positions": "share"}
_KEPT = 100
"""Values of a facet that a manifest holds at most (``manifest/shares``)."""
_APPEARS = 0.002
_SHIFTS = 0.05
_TURNED = 0.15
_TURNED_SURELY = 1.95  # the limit of the CUSUM test at one in a thousand; noise.changes uses that at one in a hundred


def describe_teaching(engine: Engine) -> dict[str, Any]:
    """The figures of ``teaching.*`` and who turned, as lists of rows; the heaviest only where there are many."""
    composition: dict[str, list[Row]] = defaultdict(list)
    for row in engine.query("manifest/shares").iter_rows(named=True):
        composition[row["facet"]].append({key: row[key] for key in ("value", "records", "weight", "share")})
    return {
        **{name: engine.query(f"manifest/{name}").to_dicts() for name in _KEYS},
        "composition": dict(composition),
        "turned": engine.query("manifest/turned").to_dicts(),
    }


def news(engine: Engine, teaching: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    """What the manifest says of this version against the one before.

    ``teaching`` with each figure's share before, ``findings``, and whether anything could be ``compared``.

    Args:
        engine: holds the release, and the ledger it was made from.
        teaching: what :func:`describe_teaching` returned.
        earlier: the manifest of the release before; None for the first.
    """
    before = _as_now(teaching, (earlier or {}).get("teaching"))
    measures: list[Row] = []
    written: list[str] = []
    if earlier is not None and before is not None:
        known = pl.DataFrame(
            {"batch_id": [row["batch_id"] for row in earlier["batches"]]}, schema={"batch_id": pl.String}
        )
        engine.load("manifest.known", known)
        engine.build("manifest.fresh")
        measures = engine.query("manifest/measures").to_dicts()
        written = engine.query("manifest/writers")["generator"].to_list()
    return {
        "teaching": _beside(teaching, before),
        "findings": find(teaching, before, measures, written),
        "compared": before is not None,
    }


def _as_now(teaching: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was taught before, in the order in which the policies put dimensions now."""
    return before and {**before, "ordering": as_ordered_now(before["ordering"], teaching["ordering"])}


def _beside(teaching: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The figures, each with what it was in the release before; null where that does not hold it."""
    told = dict(teaching)
    for name, keys in _KEYS.items():
        was = {tuple(row[key] for key in keys): row[_SHARES[name]] for row in (before or {}).get(name, [])}
        told[name] = [{**row, "before": was.get(tuple(row[key] for key in keys))} for row in teaching[name]]
    told["composition"] = {
        facet: [{**row, "before": shares.get(row["value"])} for row in rows]
        for facet, rows in teaching["composition"].items()
        for shares in [_shares(before or {"composition": {}}, facet)]
    }
    return told


class _Moved(NamedTuple):
    """A figure that moved: its row now, its share before (None where it had none), and whose new pairs moved it."""

    now: Row
    before: float | None
    source: str | None
    new_share: float | None


def find(
    teaching: dict[str, Any],
    before: dict[str, Any] | None,
    measures: Iterable[Row],
    written: Iterable[str] = (),
) -> list[Row]:
    """What a reader must know, the gravest first: rows of ``what`` and the figures that say it.

    Args:
        teaching: what :func:`describe_teaching` returned.
        before: the same of the release before; None when there is none, or it knew nothing of it.
        measures: rows of ``manifest/measures``: the figures of what somebody spoke of since.
        written: generators that the release before had responses of, whether they weighed enough to be held or not.
    """
    contradictions = list(_contradictions(teaching, before))
    if before is None:
        return contradictions
    news = _News(before, measures)
    known = {tuple(row[key] for key in _KEYS["ordering"]) for row in contradictions}
    appeared = list(_appeared(teaching, before, written))
    return [
        *_blamed(contradictions, news),
        *_orderings(news.moved("ordering", teaching), known),
        *_turned(teaching, before),
        *_styles(news.moved("styles", teaching)),
        *appeared,
        *_frontiers(news.moved("positions", teaching)),
        *_shifts(teaching, before, {each["generator"] for each in appeared}),
    ]


class _News:
    """What is new, held against what was there."""

    def __init__(self, before: dict[str, Any], measures: Iterable[Row]) -> None:
        self._before = {
            name: {tuple(row[key] for key in keys): row for row in before[name]} for name, keys in _KEYS.items()
        }
        self._new: dict[tuple[str, ...], dict[str | None, Row]] = defaultdict(dict)
        for row in measures:
            self._new[_cell(row)][row["source"]] = row

    def moved(self, measure: str, teaching: dict[str, Any]) -> list[_Moved]:
        """The figures that moved by more than chance and by enough to matter, the largest move first."""
        found = []
        for row in teaching[measure]:
            share, new = row[_SHARES[measure]], self._of(measure, row)
            earlier = self._before[measure].get(tuple(row[key] for key in _KEYS[measure]))
            was = earlier[_SHARES[measure]] if earlier else None
            if share is None or (was is not None and abs(share - was) < _LEAST[measure]):
                continue
            against = (was, earlier["effective"]) if earlier else (None, 0.0)
            each_new = ((each["share"], each["effective"]) for each in new.values())
            if (
                any(_differs(each, against) for each in each_new)
                or _differs((share, row["effective"]), against)
                or (measure == "ordering" and _opposed(row, was, new))
            ):
                found.append(_Moved(row, was, *self.source(measure, row, was)))
        return sorted(found, key=lambda each: -abs(each.now[_SHARES[measure]] - _or_half(each.before)))

    def _of(self, measure: str, row: Row) -> dict[str | None, Row]:
        """The same figure over what is new: by source, and of all under None."""
        return self._new.get((measure, *_padded(measure, row)), {})

    def source(self, measure: str, row: Row, was: float | None) -> tuple[str | None, float | None]:
        """The source whose new pairs pull the figure most, and their share; None and None when there is none."""
        base = _or_half(was)
        towards = row[_SHARES[measure]] - base
        new = self._of(measure, row).items()
        told = [each for name, each in new if name is not None and each["share"] is not None]
        pulling = [each for each in told if (each["share"] - base) * towards > 0]
        if not pulling:
            return None, None
        most = max(pulling, key=lambda each: (each["effective"] * abs(each["share"] - base), each["source"]))
        return most["source"], most["share"]


def _or_half(share: float | None) -> float:
    return 0.5 if share is None else share


def _opposed(row: Row, was: float | None, new: Mapping[str | None, Row]) -> bool:
    """Whether a source surely teaches the opposite of the policy, and drew the whole that way."""
    drawn = row["declared"] and row["follows"] < _or_half(was)
    return drawn and any(_below_half(each["share"], each["effective"]) for each in new.values())


def _below_half(share: float | None, effective: float) -> bool:
    if share is None or effective < _FEW:
        return False
    middle = (share * effective + 1) / (effective + 2)
    return middle + 1.6449 * math.sqrt(middle * (1 - middle) / (effective + 2)) < 0.5  # noqa: PLR2004 - one half


def _cell(row: Row) -> tuple[str, ...]:
    return (row["measure"], row["scenario"], row["risk_level"], row["one"], row["other"])


def _padded(measure: str, row: Row) -> tuple[str, ...]:
    """What names a figure, as ``manifest/measures`` spells it."""
    if measure == "ordering":
        return (row["scenario"], row["risk_level"], row["upper"], row["lower"])
    return (row["scenario"], "", row[_KEYS[measure][1]], "")


def _differs(new: tuple[float | None, float], old: tuple[float | None, float]) -> bool:
    """Whether two weighted shares, each with its effective number, differ by more than chance.

    Each is drawn to the middle by one pair of each kind (Agresti and Caffo 2000), so that 0 and 1 have an error too.
    """
    (share, few), (was, many) = new, old
    if share is None or was is None or min(few, many) < _FEW:
        return False
    one, other = (share * few + 1) / (few + 2), (was * many + 1) / (many + 2)
    error = math.sqrt(one * (1 - one) / (few + 2) + other * (1 - other) / (many + 2))
    return abs(one - other) > _SURE * error


def _contradictions(teaching: dict[str, Any], before: dict[str, Any] | None) -> Iterator[Row]:
    earlier = {tuple(row[key] for key in _KEYS["ordering"]): row for row in (before or {"ordering": []})["ordering"]}
    for row in teaching["ordering"]:
        if row["contradicts"]:
            known = earlier.get(tuple(row[key] for key in _KEYS["ordering"]))
            yield {
                "what": "contradiction",
                **{key: row[key] for key in (*_KEYS["ordering"], "pairs", "follows", "low", "high")},
                "before": known["follows"] if known else None,
                "source": None,
                "source_share": None,
            }


def _blamed(contradictions: Iterable[Row], news: _News) -> Iterator[Row]:
    for row in contradictions:
        source, share = news.source("ordering", row, row["before"])
        yield {**row, "source": source, "source_share": share}


def _orderings(moved: Iterable[_Moved], known: set[tuple[str, ...]]) -> Iterator[Row]:
    for now, before, source, share in moved:
        if now["declared"] and tuple(now[key] for key in _KEYS["ordering"]) not in known:
            yield {
                "what": "ordering",
                **{key: now[key] for key in (*_KEYS["ordering"], "pairs", "follows", "low", "high")},
                "before": before,
                "source": source,
                "source_share": share,
            }


def _styles(moved: Iterable[_Moved]) -> Iterator[Row]:
    """A style that moved over all is told once, not again for each scenario."""
    rows = list(moved)
    everywhere = {each.now["style"] for each in rows if each.now["scenario"] == "*"}
    for now, before, source, share in rows:
        if now["scenario"] == "*" or now["style"] not in everywhere:
            yield {
                "what": "style",
                **{key: now[key] for key in ("scenario", "style", "pairs", "share", "low", "high")},
                "before": before,
                "source": source,
                "source_share": share,
            }


def _turned(teaching: dict[str, Any], before: dict[str, Any]) -> Iterator[Row]:
    """Raters who agree with the others surely less than they did, and of whom that was not known before."""
    known = {(row["rater_id"], row["dimension"], row["stratum"]) for row in before["turned"]}
    told: set[str] = set()
    for row in sorted(teaching["turned"], key=lambda each: (-each["statistic"], each["rater_id"], each["dimension"])):
        fell = row["agreement_before"] - row["agreement_after"]
        new = (row["rater_id"], row["dimension"], row["stratum"]) not in known
        if new and fell >= _TURNED and row["statistic"] >= _TURNED_SURELY and row["rater_id"] not in told:
            told.add(row["rater_id"])
            yield {"what": "rater", **row}


def _appeared(teaching: dict[str, Any], before: dict[str, Any], written: Iterable[str]) -> Iterator[Row]:
    """Generators that the release before did not train on; where it does not hold them all, that it had nothing of."""
    known = {row["value"] for row in before["composition"].get("generator", [])}
    known |= {*written} if len(known) >= _KEPT else set()
    for row in teaching["composition"].get("generator", []):
        if row["value"] not in known and row["share"] >= _APPEARS and known:
            yield {"what": "generator", "generator": row["value"], "records": row["records"], "share": row["share"]}


def _frontiers(moved: Iterable[_Moved]) -> Iterator[Row]:
    """Per scenario in which the version stands elsewhere: on which dimensions further out, on which further in."""
    scenarios: dict[str, dict[str, list[Row]]] = {}
    for now, before, _, _ in moved:
        told = {"dimension": now["dimension"], "share": now["share"], "before": before}
        moves = scenarios.setdefault(now["scenario"], {"up": [], "down": []})
        moves["up" if now["share"] > _or_half(before) else "down"].append(told)
    for scenario, moves in sorted(scenarios.items()):
        where = "another point" if moves["up"] and moves["down"] else "better" if moves["up"] else "behind"
        yield {"what": "frontier", "scenario": scenario, "where": where, **moves}


def _shifts(teaching: dict[str, Any], before: dict[str, Any], appeared: Collection[str]) -> Iterator[Row]:
    """Values of a facet whose part of the weight moved by five points or more, but for generators told of as new."""
    for facet in ("stratum", "scenario", "task", "generator", "risk_level"):
        shares = _shares(teaching, facet), _shares(before, facet)
        for value in sorted({*chain.from_iterable(shares)}):
            now, was = (each.get(value, _unheld(each)) for each in shares)
            if abs(now - was) >= _SHIFTS and not (facet == "generator" and value in appeared):
                yield {"what": "shift", "facet": facet, "value": value, "share": now, "before": was}


def _unheld(shares: Mapping[str, float]) -> float:
    """What a value that a manifest does not hold has at most: it holds all, or the heaviest."""
    return min(shares.values()) if len(shares) >= _KEPT else 0.0


def _shares(teaching: dict[str, Any], facet: str) -> Mapping[str, float]:
    return {row["value"]: row["share"] for row in teaching["composition"].get(facet, [])}
