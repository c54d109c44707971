"""Which layer rules can never match: what a rule asks for is a region, and earlier rules are cut out of it.

A rule is a conjunction, one condition a field, so its region is a box for each kind of record, inside what a record of
that kind can be; a box less a box is a few boxes. Fields are taken to be free of each other otherwise. Of the strata
of a record a region says which it may have, and sets of which it must have one: that is closed under cutting out too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, get_args

from prefstrata.policy._words import RecordKind, RiskLevel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prefstrata.policy._types import LayerRule, When

__all__ = ["Unreached", "unreached"]

_MANY = 5_000
"""Boxes beyond which a rule is given the benefit of the doubt."""
_STRATA = frozenset(
    f"{supervisor}/{mode}"
    for supervisor in ("expert", "crowd", "user", "judge", "rule")
    for mode in ("offline", "online", "synthetic")
)
_BOUNDS = {
    "p": (0.0, 1.0),
    "trust": (0.0, 1.0),
    "votes": (1.0, inf),
    "people": (0.0, inf),
    "disagreement": (0.0, 1.0),
    "flips": (0.0, inf),
}
_WHOLE = {"votes", "people", "flips"}
_OF_KIND: dict[str, dict[str, str]] = {
    "pairs": {},
    "ratings": {"decided": "yes", "settled": "no", "rule_clean": "yes"},
    "traces": {"decided": "yes", "settled": "no", "rule_clean": "yes"},
    "unpaired": {"rationale": "no", "expert_rationale": "no", "settled": "no", "rule_clean": "yes"},
}
"""What is the same for every record of a kind, as ``weighting.records`` has it."""
_OF_EXPERTS = {"golden", "expert"}
_FLAGS = ("decided", "rationale", "settled", "rule_clean", "experts_agree", "expert_rationale")


@dataclass(frozen=True, slots=True)
class Unreached:
    """A rule that no record can come to.

    Attributes:
        rule: its name.
        by: the one earlier rule that takes everything it asks for; empty when several do so together.
        empty: its own conditions contradict each other.
    """

    rule: str
    by: str
    empty: bool


@dataclass(frozen=True, slots=True)
class _Interval:
    """Values from low to high; an end that is open is not in it."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))


@dataclass(frozen=True, slots=True)
class _Box:
    """A region of records."""

    sets: dict[str, frozenset[str]]
    ranges: dict[str, _Interval]
    strata: frozenset[str]
    hits: tuple[frozenset[str], ...] = ()

    def empty(self) -> bool:
        return (
            any(not each for each in self.sets.values())
            or any(each.empty() for each in self.ranges.values())
            or not self.strata
            or any(not (hit & self.strata) for hit in self.hits)
        )


def unreached(rules: Sequence[LayerRule]) -> Iterator[Unreached]:
    """The rules that can never place a record, in order; what they do not ask for may be anything."""
    boxes = [_boxes(rule) for rule in rules]
    for place, rule in enumerate(rules):
        if not boxes[place]:
            yield Unreached(rule.rule, "", empty=True)
            continue
        alone = next((other for other in range(place) if _covered(boxes[place], boxes[other])), None)
        if alone is not None:
            yield Unreached(rule.rule, rules[alone].rule, empty=False)
        elif _covered(boxes[place], [box for earlier in boxes[:place] for box in earlier]):
            yield Unreached(rule.rule, "", empty=False)


def _covered(boxes: Sequence[_Box], earlier: Sequence[_Box]) -> bool:
    left = list(boxes)
    for each in earlier:
        left = _left(left, each)
        if not left:
            return True
        if len(left) > _MANY:
            return False
    return False


def _left(boxes: list[_Box], cut: _Box) -> list[_Box]:
    return [piece for box in boxes for piece in _less(box, cut)]


def _less(box: _Box, cut: _Box) -> Iterator[_Box]:
    """The parts of a box outside another, one for each way not to be inside; they do not overlap."""
    rest = box
    for outside, inside in _ways(box, cut):
        piece = _meet(rest, outside)
        if not piece.empty():
            yield piece
        rest = _meet(rest, inside)
        if rest.empty():
            return


def _ways(box: _Box, cut: _Box) -> Iterator[tuple[_Box, _Box]]:
    """Each condition of ``cut`` as a box that breaks it and a box that keeps it."""
    any_box = _anything()
    for name, allowed in cut.sets.items():
        if box.sets[name] - allowed:
            yield (
                replace(any_box, sets={**any_box.sets, name: any_box.sets[name] - allowed}),
                replace(any_box, sets={**any_box.sets, name: allowed}),
            )
    for name, asked in cut.ranges.items():
        yield from _range_ways(name, asked)
    if box.strata - cut.strata:
        yield replace(any_box, hits=(_STRATA - cut.strata,)), replace(any_box, strata=cut.strata)
    for hit in cut.hits:
        yield replace(any_box, strata=_STRATA - hit), replace(any_box, hits=(hit,))


def _range_ways(name: str, asked: _Interval) -> Iterator[tuple[_Box, _Box]]:
    any_box = _anything()
    low, high = _BOUNDS[name]

    def with_range(interval: _Interval) -> _Box:
        return replace(any_box, ranges={**any_box.ranges, name: interval})

    if asked.low > low:
        below = _Interval(low, asked.low - 1) if name in _WHOLE else _Interval(low, asked.low, open_high=True)
        yield with_range(below), with_range(_Interval(asked.low, high))
    if asked.high < high:
        above = _Interval(asked.high + 1, high) if name in _WHOLE else _Interval(asked.high, high, open_low=True)
        yield with_range(above), with_range(_Interval(low, asked.high))


def _meet(one: _Box, other: _Box) -> _Box:
    return _Box(
        {name: one.sets[name] & other.sets[name] for name in one.sets},
        {name: _meet_ranges(one.ranges[name], other.ranges[name]) for name in one.ranges},
        one.strata & other.strata,
        tuple(dict.fromkeys((*one.hits, *other.hits))),
    )


def _meet_ranges(one: _Interval, other: _Interval) -> _Interval:
    low, high = max(one.low, other.low), min(one.high, other.high)
    return _Interval(
        low,
        high,
        any(each.low == low and each.open_low for each in (one, other)),
        any(each.high == high and each.open_high for each in (one, other)),
    )


def _anything() -> _Box:
    sets = {"kinds": frozenset(get_args(RecordKind)), "risk_levels": frozenset(get_args(RiskLevel))}
    flags = dict.fromkeys(_FLAGS, frozenset(("yes", "no")))
    return _Box(sets | flags, {name: _Interval(*ends) for name, ends in _BOUNDS.items()}, _STRATA)


def _boxes(rule: LayerRule) -> list[_Box]:
    """What a rule asks for, kind by kind, without what no record of the kind can be."""
    asked, any_box = _box(rule), _anything()
    found = []
    for kind, same in _OF_KIND.items():
        own = {"kinds": frozenset((kind,)), **{name: frozenset((value,)) for name, value in same.items()}}
        found.append(_meet(asked, replace(any_box, sets={**any_box.sets, **own})))
    return [box for box in found if not box.empty()]


def _box(rule: LayerRule) -> _Box:
    """What a rule asks for; golden and expert ask, whether they say so or not, that an expert says what leads."""
    when = rule.when
    any_box = _anything()
    sets = dict(any_box.sets)
    for name in ("kinds", "risk_levels"):
        if (chosen := getattr(when, name)) is not None:
            sets[name] = sets[name] & frozenset(chosen)
    for name in _FLAGS:
        if (wanted := getattr(when, name)) is not None:
            sets[name] = frozenset(("yes" if wanted else "no",))
    if rule.layer in _OF_EXPERTS:
        sets["experts_agree"] &= frozenset(("yes",))
    return _Box(sets, _ranges(when), *_strata(when))


def _ranges(when: When) -> dict[str, _Interval]:
    found = {}
    for name, (low, high) in _BOUNDS.items():
        least, most = getattr(when, f"min_{name}", None), getattr(when, f"max_{name}", None)
        found[name] = _Interval(max(low, low if least is None else least), min(high, high if most is None else most))
    return found


def _strata(when: When) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    may = _STRATA if when.strata is None else frozenset(when.strata)
    return may, () if when.any_strata is None else (frozenset(when.any_strata),)
