"""Rules that can never match are found, and no others."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from prefstrata.policy import LayerRule, When
from prefstrata.policy._reach import unreached

_SOME = ("expert/offline", "crowd/offline", "user/online")


def _rules(*whens: dict[str, Any], layers: str = "") -> list[LayerRule]:
    names = layers.split() or ["main"] * len(whens)
    return [
        LayerRule(rule=f"r{place}", layer=layer, because="x", when=When(**when))  # type: ignore[arg-type]
        for place, (when, layer) in enumerate(zip(whens, names, strict=True))
    ]


def _found(*whens: dict[str, Any], layers: str = "") -> list[tuple[str, str, bool]]:
    return [(each.rule, each.by, each.empty) for each in unreached(_rules(*whens, layers=layers))]


def test_a_wider_rule_shadows_a_narrower_one_on_every_field() -> None:
    """Each kind of condition is compared by what it means: sets, bounds, flags, strata."""
    for wide, narrow in (
        ({}, {"min_votes": 2}),
        ({"kinds": ("pairs", "traces")}, {"kinds": ("pairs",)}),
        ({"risk_levels": ("low", "medium", "high")}, {}),
        ({"min_p": 0.6}, {"min_p": 0.6}),
        ({"max_trust": 0.6}, {"max_trust": 0.5}),
        ({"min_votes": 1}, {}),
        ({"max_votes": 3}, {"max_votes": 2}),
        ({"decided": True}, {"decided": True, "settled": False}),
        ({"strata": ("expert/offline", "crowd/offline")}, {"strata": ("crowd/offline",)}),
        ({"any_strata": ("expert/offline", "crowd/offline")}, {"any_strata": ("crowd/offline",)}),
        ({"any_strata": ("expert/offline", "crowd/offline")}, {"strata": ("crowd/offline",)}),
    ):
        assert _found(wide, narrow) == [("r1", "r0", False)]


def test_what_only_overlaps_shadows_nothing() -> None:
    """A record that the earlier rule does not take is enough."""
    for one, other in (
        ({"min_p": 0.6}, {"min_p": 0.5}),
        ({"strata": ("crowd/offline",)}, {"any_strata": ("crowd/offline",)}),
        ({"kinds": ("pairs",)}, {"kinds": ("pairs", "traces")}),
        ({"decided": True}, {"min_p": 0.9}),
        ({"min_votes": 3, "min_p": 0.6}, {"min_votes": 3}),
    ):
        assert _found(one, other) == []


def test_rules_shadow_together_what_none_of_them_does_alone() -> None:
    """Decided or not, above or below: both halves are a whole."""
    assert _found({"decided": True}, {"decided": False}, {"min_p": 0.5}) == [("r2", "", False)]
    assert _found({"min_trust": 0.5}, {"max_trust": 0.5}, {}) == [("r2", "", False)]
    assert _found({"min_votes": 3}, {"max_votes": 2}, {}) == [("r2", "", False)]
    assert _found({"min_votes": 4}, {"max_votes": 2}, {}) == []
    assert _found({"any_strata": ("user/online",)}, {"strata": ("crowd/offline",)}, {"strata": ("crowd/offline",)}) == [
        ("r2", "r1", False)
    ]


def test_conditions_that_contradict_each_other_match_nothing() -> None:
    """A bound above the other, a set without members, strata that exclude each other."""
    for when in (
        {"min_trust": 0.6, "max_trust": 0.5},
        {"min_votes": 3, "max_votes": 2},
        {"kinds": ()},
        {"strata": ("user/online",), "any_strata": ("expert/offline",)},
    ):
        assert _found(when) == [("r0", "", True)]


def test_what_no_record_of_a_kind_can_be_matches_nothing() -> None:
    """Scores and traces have no sides to decide or to settle, and a thumb gives no reason."""
    for when in (
        {"kinds": ("ratings",), "settled": True},
        {"kinds": ("ratings", "traces"), "decided": False},
        {"kinds": ("traces",), "rule_clean": False},
        {"kinds": ("unpaired",), "rationale": True},
    ):
        assert _found(when) == [("r0", "", True)]
    assert _found({"kinds": ("unpaired",), "decided": False}, {"kinds": ("pairs",), "settled": True}) == []
    assert _found({"decided": True}, {"kinds": ("ratings",)}) == [("r1", "r0", False)]


def test_golden_and_expert_leave_to_others_what_no_expert_says() -> None:
    """Such a rule asks for an expert whether it says so or not, so it shadows such rules only."""
    assert _found({}, {}, layers="golden main") == []
    assert _found({}, {}, layers="expert main") == []
    assert _found({}, {}, layers="expert golden") == [("r1", "r0", False)]
    assert _found({"experts_agree": False}, layers="expert") == [("r0", "", True)]
    assert _found({"experts_agree": False}, {}, layers="backflow expert") == []
    assert _found({"experts_agree": True}, {}, layers="main expert") == [("r1", "r0", False)]
    assert _found({}, {"min_p": 0.9}, layers="golden golden") == [("r1", "r0", False)]


_WHEN = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.sampled_from([("pairs",), ("pairs", "ratings")]),
        "strata": st.lists(st.sampled_from(_SOME), max_size=2).map(tuple),
        "any_strata": st.lists(st.sampled_from(_SOME), max_size=2).map(tuple),
        "decided": st.booleans(),
        "min_p": st.sampled_from([0.25, 0.5]),
        "min_trust": st.sampled_from([0.25, 0.5]),
        "max_trust": st.sampled_from([0.25, 0.5]),
        "min_votes": st.integers(1, 3),
        "max_votes": st.integers(1, 3),
        "min_people": st.integers(1, 2),
    },
)


def _matches(when: When, record: dict[str, Any]) -> bool:
    strata = record["strata"]
    return (
        (when.kinds is None or record["kind"] in when.kinds)
        and (when.strata is None or strata <= set(when.strata))
        and (when.any_strata is None or bool(strata & set(when.any_strata)))
        and (when.decided is None or when.decided == record["decided"])
        and (when.min_p is None or record["p"] >= when.min_p)
        and (when.min_trust is None or record["trust"] >= when.min_trust)
        and (when.max_trust is None or record["trust"] <= when.max_trust)
        and (when.min_votes is None or record["votes"] >= when.min_votes)
        and (when.max_votes is None or record["votes"] <= when.max_votes)
        and (when.min_people is None or record["people"] >= when.min_people)
    )


_RECORDS = [
    {"kind": kind, "strata": set(strata), "decided": decided, "p": p, "trust": trust, "votes": votes, "people": people}
    for kind in ("pairs", "ratings", "traces", "unpaired")
    for strata in (
        {"expert/offline"},
        {"crowd/offline"},
        {"user/online"},
        {"rule/offline"},
        {"expert/offline", "rule/offline"},
        {"crowd/offline", "rule/offline"},
        {"user/online", "rule/offline"},
        {"expert/offline", "crowd/offline"},
        {"expert/offline", "user/online"},
        {"crowd/offline", "user/online"},
        {"expert/offline", "crowd/offline", "user/online"},
        {"expert/offline", "crowd/offline", "user/online", "rule/offline"},
    )
    for decided in ((True, False) if kind in {"pairs", "unpaired"} else (True,))
    for p in (0.1, 0.3, 0.6)
    for trust in (0.1, 0.25, 0.3, 0.5, 0.6)
    for votes in (1, 2, 3, 4)
    for people in (0, 1, 2)
]
"""One record of every kind that these conditions can tell apart."""


@settings(deadline=None, max_examples=40)
@given(st.lists(_WHEN, min_size=1, max_size=4))
def test_a_rule_is_unreached_exactly_when_no_record_comes_to_it(whens: list[dict[str, Any]]) -> None:
    """Held against trying every record there can be."""
    rules = _rules(*whens)
    first = {
        next((place for place, rule in enumerate(rules) if _matches(rule.when, record)), None) for record in _RECORDS
    }
    assert {each.rule for each in unreached(rules)} == {
        f"r{place}" for place in range(len(rules)) if place not in first
    }
