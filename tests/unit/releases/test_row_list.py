"""The list of changes: it works between any two releases, and the lists of several steps add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefstrata.releases.comparing import changed_rows
from prefstrata.stores.local import LocalStore
from tests._releases import Content, pair, publish

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    State = tuple[str, str, float]
    Row = dict[str, Any]

_RANKS = {"golden": 1, "expert": 2, "main": 3, "weak": 4, "backflow": 5}
_TRUST = st.integers(0, 100).map(lambda n: n / 100)
_STATES = st.tuples(st.sampled_from(sorted(_RANKS)), st.sampled_from(["r1", "r2"]), _TRUST)
_VERSIONS = st.lists(st.dictionaries(st.sampled_from("abcdef"), _STATES, min_size=1), min_size=5, max_size=5)


def _publish(store: LocalStore, records: dict[str, State], version: int) -> None:
    files: dict[str, list[dict[str, object]]] = {}
    for name, (layer, chosen, trust) in sorted(records.items()):
        path = f"{layer}/pairs/bucket=00.parquet"
        files.setdefault(path, []).append(pair(name, chosen, layer=layer, trust=trust))
    # Another policy keeps two equal versions apart.
    publish(store, Content(files, policies={f"general@{version}": f"{version:x}" * 64}))


def _rows(store: LocalStore, before: str, after: str) -> dict[str, Row]:
    with changed_rows(store, before, after) as rows:
        return {row["record_id"]: row for row in rows}


def _state(row: Row, side: str) -> tuple[object, ...] | None:
    state = tuple(row[f"{side}_{part}"] for part in ("layer", "label", "trust"))
    return None if state[0] is None else state


def _composed(steps: list[dict[str, Row]]) -> dict[str, tuple[object, ...]]:
    """What all steps do together: of each record the state before the first that touched it, and after the last."""
    whole: dict[str, list[object]] = {}
    for step in steps:
        for name, row in step.items():
            whole.setdefault(name, [_state(row, "from"), None])[1] = _state(row, "to")
    return {name: tuple(states) for name, states in whole.items() if states[0] != states[1]}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=_VERSIONS)
def test_the_steps_add_up_to_the_whole_way(
    tmp_path_factory: pytest.TempPathFactory, versions: list[dict[str, State]]
) -> None:
    """The list from v1 to v5 is the composition of the four between; applied to v1 it gives v5, record by record."""
    with LocalStore(tmp_path_factory.mktemp("store") / "store") as store:
        for number, records in enumerate(versions, start=1):
            _publish(store, records, number)
        whole = _rows(store, "v1", "v5")
        steps = [_rows(store, f"v{number}", f"v{number + 1}") for number in range(1, 5)]
    assert {name: (_state(row, "from"), _state(row, "to")) for name, row in whole.items()} == _composed(steps)
    first, last = (
        {name: (layer, label, _tenth(trust)) for name, (layer, label, trust) in each.items()}
        for each in (versions[0], versions[-1])
    )
    for name, row in whole.items():
        assert _state(row, "from") == first.pop(name, None)
        if (state := _state(row, "to")) is not None:
            first[name] = state
    assert first == last


def _tenth(trust: float) -> float:
    return int(round(trust * 10, 6)) / 10


def test_each_row_says_what_happened_and_why(tmp_path: Path) -> None:
    """A promoted record names the rule that put it there; one whose trust moved within a tenth is not in the list."""
    with LocalStore(tmp_path / "store") as store:
        _publish(store, {"up": ("weak", "r1", 0.5), "same": ("main", "r1", 0.51), "gone": ("main", "r1", 0.5)}, 1)
        _publish(store, {"up": ("main", "r1", 0.5), "same": ("main", "r1", 0.59)}, 2)
        rows = _rows(store, "v1", "v2")
    assert {name: (row["change"], row["reason"]) for name, row in rows.items()} == {
        "up": ("promoted", "main: several people agree"),
        "gone": ("removed", "no evidence for it is left"),
    }
