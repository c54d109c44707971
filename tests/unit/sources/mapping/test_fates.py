"""A record's fate is its own: accepted whole or refused whole, whatever stands beside it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.sources.mapping._saying import PAIR, say

MAPPING: dict[str, Any] = {
    **PAIR,
    "fields": {**PAIR["fields"], "scores": ["number"]},
    "let": {"k": '"at"::integer'},
    "where": "who is null or who <> 'spam'",
    "votes": [
        {**PAIR["votes"][0], "strength": "n", "rater": "who"},
        {**PAIR["votes"][0], "dimension": {"constant": "tone"}, "where": "k > 1"},
    ],
    "ratings": [{"each": "scores", "response": {"text": "a || it"}, "value": "it", "scale": [0, "k"]}],
}
RECORDS = st.fixed_dictionaries(
    {
        "p": st.sampled_from([None, "", "p", "q"]),
        "a": st.sampled_from([None, "", "x", "y", " x"]),
        "b": st.sampled_from([None, "x", "z"]),
        "said": st.sampled_from([None, "A", "B", "=", "?"]),
        "n": st.sampled_from([None, 0, 0.5, 2]),
        "who": st.sampled_from([None, "ann", "ben", "spam"]),
        "at": st.sampled_from([None, "1", "2", "two"]),
        "scores": st.sampled_from([None, [], [1], [0, 1, None], [9]]),
    }
)
STATEMENTS = ("votes", "ratings")


def _fate(record: dict[str, Any]) -> tuple[str | None, dict[str, list[dict[str, Any]]]]:
    found = say(MAPPING, record)
    return (found.refused[0].reason if found.refused else None), found.tables


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_a_fate_does_not_depend_on_the_neighbours(records: list[dict[str, Any]]) -> None:
    """Each record alone has the fate, the reason and the rows that it has among others; refused, it has no row."""
    together = say(MAPPING, *records)
    refused = {each.line: each.reason for each in together.refused}
    for line, record in enumerate(records, start=1):
        reason, alone = _fate(record)
        assert refused.get(line) == reason
        for name, rows in together.tables.items():
            mine = [{**row, "line": 1} for row in rows if row["line"] == line]
            assert not (reason and mine)
            if name in STATEMENTS:
                assert mine == alone[name]
        spoke = any(row["line"] == line for name in STATEMENTS for row in together.tables[name])
        assert spoke == (reason is None)
