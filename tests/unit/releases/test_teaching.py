"""What is new in what a version teaches, where the manifest of the one before holds only the heaviest."""

from __future__ import annotations

from typing import Any

from prefstrata.releases._teaching import find

_NOTHING: dict[str, Any] = {"ordering": [], "styles": [], "positions": [], "turned": []}


def _held(shares: dict[str, float]) -> dict[str, Any]:
    """What a manifest holds of generators that weigh so much."""
    heaviest = sorted(shares, key=lambda name: (-shares[name], name))[:100]
    rows = [{"value": name, "records": 10, "weight": 1.0, "share": shares[name]} for name in heaviest]
    return {**_NOTHING, "composition": {"generator": rows}}


def test_a_generator_that_weighed_too_little_to_be_held_is_not_new() -> None:
    """Of more than a hundred a manifest holds a hundred: what overtakes one was there, what nobody had is new."""
    before = {f"g{number:03}": 0.0085 for number in range(100)} | {"small": 0.0084}
    now = before | {"small": 0.0086, "young": 0.009}
    found = find(_held(now), _held(before), [], written=before)
    assert [(row["what"], row["generator"]) for row in found] == [("generator", "young")]


def test_where_the_manifest_holds_all_generators_one_that_taught_nothing_is_new() -> None:
    """A generator whose responses were there and weighed nothing is new when it does."""
    found = find(_held({"old": 0.5, "young": 0.5}), _held({"old": 1.0}), [], written=["old", "young"])
    assert [row["generator"] for row in found if row["what"] == "generator"] == ["young"]


def test_a_part_that_was_not_held_moved_by_no_more_than_from_the_least_that_was() -> None:
    """Of a hundred and more tasks one may weigh next to five points and stand below the hundredth all the same."""
    before = {f"t{number:03}": 0.02 for number in range(100)}
    told = find(
        {**_NOTHING, "composition": {"task": [{"value": "new", "share": 0.06}]}},
        {**_NOTHING, "composition": {"task": [{"value": value, "share": share} for value, share in before.items()]}},
        [],
    )
    assert told == []
