"""Ranked lists and ratings as a mapping says them: responses on a scale, or one after the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sources.mapping._saying import GOOD, PAIR, reasons, say, text_of

RANKING: dict[str, Any] = {
    "fields": {"p": "text", "list": [{"text": "text", "generator": "text"}], "ranks": ["number"], "who": "text"},
    "prompt": "p",
    "rankings": [{"responses": "list", "ranks": "ranks", "rater": "who"}],
}


def _listed(*texts: str) -> list[dict[str, str]]:
    return [{"text": text, "generator": f"model-{text}"} for text in texts]


def test_a_ranked_list_is_its_pairs() -> None:
    """Every pair votes for the better rank, equal ranks tie, and unranked responses are in no pair."""
    found = say(RANKING, {"p": "q", "list": _listed("x", "y", "z", "w"), "ranks": [2, 1, 2, None]})
    votes = {frozenset((text_of(found, v["left_id"]), text_of(found, v["right_id"]))): v for v in found.votes}
    assert votes.keys() == {frozenset("xy"), frozenset("yz"), frozenset("xz")}
    assert votes[frozenset("xz")]["choice"] == "tie"
    for pair in (frozenset("xy"), frozenset("yz")):
        assert text_of(found, votes[pair][f"{votes[pair]['choice']}_id"]) == "y"
    assert {v["judgement_size"] for v in found.votes} == {3}
    assert {v["order_known"] for v in found.votes} == {False}
    assert len({v["judgement_id"] for v in found.votes}) == 1
    assert {(r["content"], r["generator"]) for r in found.responses} == {(t, f"model-{t}") for t in "xyzw"}


def test_without_ranks_a_list_is_best_first() -> None:
    """The order of the list is the ranking."""
    mapping = {**RANKING, "rankings": [{"responses": "list"}]}
    found = say(mapping, {"p": "q", "list": _listed("x", "y", "z")})
    won = {text_of(found, v[f"{v['choice']}_id"]) for v in found.votes}
    assert len(found.votes) == 3
    assert won == {"x", "y"}


def test_candidates_can_be_ranked_by_key() -> None:
    """Responses named in the mapping take ranks of their own."""
    mapping = {**PAIR, "votes": [], "rankings": [{"responses": ["a", "b"], "ranks": ["n", "2"]}]}
    found = say(mapping, {**GOOD, "n": 3}, {**GOOD, "n": None})
    assert reasons(found) == {2: "says_nothing"}
    assert text_of(found, found.votes[0][f"{found.votes[0]['choice']}_id"]) == "two"


@pytest.mark.parametrize(
    ("texts", "ranks", "reason"),
    [
        (["x", "x"], [1, 2], "identical_sides"),
        (["x", "y"], [1], "ranks_mismatch"),
        ([None, "y"], [1, 2], "missing_text"),
        ([f"t{place}" for place in range(101)], list(range(101)), "too_many_ranked"),
    ],
)
def test_a_ranked_list_that_cannot_be_one(texts: list[str], ranks: list[int], reason: str) -> None:
    """A list is refused like a pair is."""
    found = say(RANKING, {"p": "q", "list": _listed(*texts), "ranks": ranks})
    assert reasons(found) == {1: reason}
    assert found.responses == []


@pytest.mark.parametrize(("value", "reason"), [(1, None), (5, None), (0.9, "out_of_scale"), (5.1, "out_of_scale")])
@pytest.mark.parametrize("scale", [[1, 5], [5, 1], ["1.0", "n * 0 + 5"]])
def test_a_rating_is_on_its_scale(scale: list[Any], value: float, reason: str | None) -> None:
    """Either end may be the best one; outside is a fault, not a clip."""
    mapping = {**PAIR, "votes": [], "ratings": [{"response": "a", "value": "n", "scale": scale}]}
    found = say(mapping, {**GOOD, "n": value})
    assert reasons(found) == ({1: reason} if reason else {})
    assert [row["value"] for row in found.ratings] == ([] if reason else [value])


@pytest.mark.parametrize("ends", [["0 - n", "n"], [0, "n"], ["n", "n"]])
def test_a_scale_without_end_or_length_is_no_scale(ends: list[Any]) -> None:
    """Nothing can be said about a place on it, and a rating that came into the ledger would stop every run."""
    mapping = {**PAIR, "votes": [], "ratings": [{"response": "a", "value": "n", "scale": ends}]}
    assert reasons(say(mapping, {**GOOD, "n": 1e308})) == {1: "out_of_scale"}


def test_a_response_may_stand_in_the_statement() -> None:
    """A list of answers of any length, each with its text and generator."""
    mapping = {
        **RANKING,
        "rankings": [],
        "ratings": [
            {
                "each": "list",
                "response": {"text": "it.text", "generator": "it.generator", "sampling": "{'t': 0.5}"},
                "value": "length(it.text)",
                "scale": [0, 10],
            }
        ],
    }
    found = say(mapping, {"p": "q", "list": _listed("x", "yy")})
    assert [row["value"] for row in found.ratings] == [1, 2]
    assert {(r["content"], r["generator"], r["sampling"]) for r in found.responses} == {
        ("x", "model-x", '{"t":0.5}'),
        ("yy", "model-yy", '{"t":0.5}'),
    }
