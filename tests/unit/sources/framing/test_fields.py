"""Field types: their spelling in a config, and their SQL."""

from __future__ import annotations

import json

import duckdb
import pytest

from prefstrata.model import ConfigError
from prefstrata.sources.framing import Framing, Reason, fields
from tests.unit.sources.framing._reading import fates


@pytest.mark.parametrize(
    ("spelled", "sql"),
    [
        ("text", "VARCHAR"),
        ("integer", "BIGINT"),
        ("number", "DOUBLE"),
        ("boolean", "BOOLEAN"),
        ("json", "VARCHAR"),
        (["number"], "DOUBLE[]"),
        ({"*": ["text"]}, "MAP(VARCHAR, VARCHAR[])"),
        ({"a b": "text", "l": [{"n": "integer"}]}, 'STRUCT("a b" VARCHAR, l STRUCT(n BIGINT)[])'),
    ],
)
def test_a_column_has_the_sql_type_of_its_field(spelled: object, sql: str) -> None:
    """Whatever is in the file: here, nothing."""
    read = fields({"f": spelled})
    for content in (b"", b'{"f":null}\n', b"{}\n[]\n"):
        assert [row["f"] for row in fates(content, Framing(read)).taken.values()] in ([], [None])
    with duckdb.connect() as connection:
        found = connection.execute(f"select typeof(null::{read['f'].sql}), typeof(null::{sql})").fetchall()[0]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "spelled", ["string", "", [], ["text", "text"], {}, {"*": "text", "a": "text"}, None, 3, {"a": "float"}, [["date"]]]
)
def test_an_unknown_type_is_a_config_error_that_says_where(spelled: object) -> None:
    """The place is the path to the field."""
    with pytest.raises(ConfigError, match=r"fields\.f.* is no field type"):
        fields({"f": spelled})


@pytest.mark.parametrize("spelled", [{"a": "text", "A": "text"}, {"o": {"a": "text", "A": "text"}}])
def test_names_that_differ_in_case_only_are_a_config_error(spelled: dict[str, object]) -> None:
    """SQL could not tell them apart."""
    with pytest.raises(ConfigError, match="differ in case only"):
        fields(spelled)


@pytest.mark.parametrize("name", ["a b", "it's", 'say "x"', "a.b", "{x}", "$x", "select", "ü", "line 2", "\\", "%s"])
def test_a_name_may_hold_any_character(name: str) -> None:
    """In a record and in an object, read in bulk and with care."""
    spec = Framing(fields({name: "integer", "o": {name: "text"}, "m": {"*": "text"}}))
    for bad in (b"", b"x\n"):
        content = '{%s:1,"o":{%s:"t"},"m":{%s:"u"}}\n' % ((json.dumps(name),) * 3)
        row = next(iter(fates(content.encode() + bad, spec).taken.values()))
        assert row == {"line": 1, name: 1, "o": {name: "t"}, "m": {name: "u"}}


def test_names_are_matched_by_case() -> None:
    """JSON's keys are; a key that differs in case is another key."""
    assert fates(b'{"T":"b","t":"a"}\n', Framing(fields({"t": "text"}))).taken[1]["t"] == "a"


def test_every_reason_has_a_sentence() -> None:
    """The documentation lists them."""
    assert all(each.sentence.endswith(".") and each.value == each.name.lower() for each in Reason)
