"""A value ordering is the same whichever of its two dimensions the policy names first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.releases._teaching import news
from prefstrata.releases.comparing import compare_releases
from prefstrata.stores.local import LocalStore
from tests._releases import Content, pair, publish
from tests.unit.releases._warehouse import warehouse

if TYPE_CHECKING:
    from pathlib import Path


def _taught(upper: str, lower: str, follows: float | None) -> dict[str, Any]:
    """What a version teaches that has one cell."""
    low, high = (None, None) if follows is None else (follows - 0.05, follows + 0.05)
    cell = {"scenario": "general", "risk_level": "low", "upper": upper, "lower": lower, "declared": True, "pairs": 300}
    row = {**cell, "effective": 250.0, "follows": follows, "low": low, "high": high, "contradicts": False}
    return {"ordering": [row], "styles": [], "positions": [], "composition": {}, "turned": []}


def _news(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    engine = warehouse()
    try:
        return news(engine, now, {"teaching": before, "batches": []})
    finally:
        engine.close()


def _compared(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    records = {"main/pairs/bucket=00.parquet": [pair("a")]}
    with LocalStore(folder / "store") as store:
        publish(store, Content(records, teaching=before))
        publish(store, Content(records, teaching=after))
        return compare_releases(store, "v1", "v2").teaching


def test_a_policy_that_turns_its_order_moves_no_data(tmp_path: Path) -> None:
    """The earlier share is told as the new order reads it, and nothing is found to have moved."""
    before, now = _taught("help", "safety", 0.8), _taught("safety", "help", 0.2)
    told = _news(now, before)
    assert [row["before"] for row in told["teaching"]["ordering"]] == [pytest.approx(0.2)]
    assert told["findings"] == []
    assert _compared(tmp_path, before, now) == ()


def test_a_move_under_a_policy_that_turned_its_order_is_found(tmp_path: Path) -> None:
    """Safety won a fifth of its conflicts with help; it wins three quarters now."""
    before, now = _taught("help", "safety", 0.8), _taught("safety", "help", 0.75)
    [found] = _news(now, before)["findings"]
    assert (found["what"], found["upper"], found["lower"]) == ("ordering", "safety", "help")
    assert found["before"] == pytest.approx(0.2)
    [row] = _compared(tmp_path, before, now)
    assert row["of"] == ["general", "low", "safety", "help"]
    assert (row["before"], row["after"]) == (pytest.approx(0.2), 0.75)


def test_what_has_no_share_has_none_turned_round(tmp_path: Path) -> None:
    """A cell in which nothing weighed anything stays one."""
    assert _compared(tmp_path, _taught("help", "safety", None), _taught("safety", "help", None)) == ()
