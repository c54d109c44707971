"""Steps of a trace as a mapping says them: known by their rank, judged or not."""

from __future__ import annotations

from typing import Any

from tests.unit.sources.mapping._saying import reasons, say

STEPS: dict[str, Any] = {
    "fields": {"p": "text", "steps": [{"s": "text", "o": "text", "r": "number"}]},
    "prompt": "p",
    "steps": [{"each": "steps", "state": "it.s", "output": "it.o", "reward": "it.r"}],
}


def _steps(*rewards: float | None) -> dict[str, Any]:
    return {"p": "q", "steps": [{"s": None, "o": f"step {n}", "r": reward} for n, reward in enumerate(rewards)]}


def test_a_trace_is_known_by_all_its_steps() -> None:
    """Steps that were not judged belong to the trace, and stand in it."""
    found = say(STEPS, _steps(1, -1, None), _steps(1, -1), _steps(0, 0.5, None))
    traces = {line: {row["trace_id"] for row in found.steps if row["line"] == line} for line in (1, 2, 3)}
    assert [len(ids) for ids in traces.values()] == [1, 1, 1]
    assert traces[1] == traces[3] != traces[2]
    assert [(row["index"], row["reward"]) for row in found.steps if row["line"] == 1] == [(0, 1), (1, -1), (2, None)]


def test_a_step_that_was_not_judged_leaves_no_hole() -> None:
    """A solution is kept whole, and one of which no step was judged says nothing."""
    found = say(STEPS, _steps(1, None, -1), _steps(None, None))
    assert [(row["index"], row["output"], row["reward"]) for row in found.steps] == [
        (0, "step 0", 1),
        (1, "step 1", None),
        (2, "step 2", -1),
    ]
    assert reasons(found) == {2: "says_nothing"}


def test_who_judged_no_step_of_a_trace_has_no_part_in_it() -> None:
    """Where steps name their raters one by one, a step that nobody judged is no rater's, or the trace had one more."""
    mapping = {
        **STEPS,
        "fields": {"p": "text", "steps": [{"o": "text", "r": "number", "by": "text"}]},
        "steps": [{"each": "steps", "output": "it.o", "reward": "it.r", "rater": "it.by"}],
    }
    steps = [("a", 1, "ann"), ("b", None, "ann"), ("c", None, None), ("d", None, "ben")]
    found = say(mapping, {"p": "q", "steps": [{"o": o, "r": r, "by": by} for o, r, by in steps]})
    assert [(row["output"], row["rater_id"]) for row in found.steps] == [("a", "crowd:ann"), ("b", "crowd:ann")]
    assert [row["rater_id"] for row in found.raters] == ["crowd:ann"]


NUMBERED: dict[str, Any] = {
    "fields": {"p": "text", "steps": [{"n": "number", "o": "text", "r": "number"}]},
    "prompt": "p",
    "steps": [{"each": "steps", "index": "it.n::bigint", "output": "it.o", "reward": "it.r"}],
}


def _numbered(*steps: tuple[int | None, str]) -> dict[str, Any]:
    return {"p": "q", "steps": [{"n": number, "o": output, "r": 1} for number, output in steps]}


def test_a_step_is_known_by_its_rank() -> None:
    """From 0, from 1, with gaps or in another order: the trace is the same, and so is the place of each step."""
    found = say(
        NUMBERED,
        _numbered((0, "a"), (1, "b"), (2, "c")),
        _numbered((1, "a"), (2, "b"), (3, "c")),
        _numbered((9, "c"), (-4, "a"), (5, "b")),
        _numbered((1, "a"), (0, "b"), (2, "c")),
    )
    places = {
        line: sorted((r["index"], r["output"]) for r in found.steps if r["line"] == line) for line in (1, 2, 3, 4)
    }
    assert places[1] == places[2] == places[3] == [(0, "a"), (1, "b"), (2, "c")]
    assert places[4] == [(0, "b"), (1, "a"), (2, "c")]
    traces = {line: {r["trace_id"] for r in found.steps if r["line"] == line} for line in (1, 2, 3, 4)}
    assert len(traces[1]) == 1
    assert traces[1] == traces[2] == traces[3] != traces[4]


def test_two_steps_cannot_have_one_index() -> None:
    """Which of them comes first would be a guess; another record may use the same numbers."""
    found = say(
        NUMBERED, _numbered((1, "a"), (1, "b")), _numbered((1, "a"), (None, "b")), _numbered((1, "a"), (2, "b"))
    )
    assert reasons(found) == {1: "duplicate_step", 2: "duplicate_step"}
    assert found.refused[0].detail == "steps[0]: two steps have the index 1"
    assert [row["line"] for row in found.steps] == [3, 3]


def test_a_reward_is_between_minus_one_and_one() -> None:
    """Another scale is for the mapping to bring to this one; a step without output is none."""
    found = say(STEPS, _steps(1, 2), {"p": "q", "steps": [{"o": None, "r": 1}]}, {"p": "q", "steps": []})
    assert reasons(found) == {1: "out_of_scale", 2: "missing_text", 3: "says_nothing"}
