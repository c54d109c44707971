"""Parquet: native types become the declared ones, or the row is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing import Framing, fetch_records, fields
from tests.unit.sources.framing._reading import fates, fates_of_file

if TYPE_CHECKING:
    from pathlib import Path

ROWS = """
    ('a'::varchar, 1.0::double, 1::int, 18446744073709551615::ubigint, ['x'], {'k': 1.5, 'z': 'q'}, map {'a': 1.0},
     timestamp '2020-01-02 03:04:05', '{"a":1}', 1.5::decimal(9, 2), true),
    ('b' || chr(0), 1.5, 2, 5, ['y' || chr(0)], {'k': 'nan'::double, 'z': null}, map {'a': 'inf'::double},
     null, '{', 2.0, false),
    (null, null, null, null, null, null, null, null, null, null, null),
    ('é', 2, 3, 4, [null], {'k': 1, 'z': '-inf'}, map {}, null, '["nan"]', 3, null)
"""
COLUMNS = "t, d, i, u, l, o, m, ts, j, c, b"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a column of every kind."""
    found = tmp_path_factory.mktemp("parquet") / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from (values {ROWS}) as rows({COLUMNS})) to '{found}' (format parquet)"  # noqa: S608 (texts of its own)
        ).fetchall()
    return found


@pytest.mark.parametrize(
    ("name", "type_", "values", "reasons"),
    [
        ("t", "text", {1: "a", 3: None, 4: "é"}, {2: "nul"}),
        ("d", "number", {1: 1.0, 2: 1.5, 3: None, 4: 2.0}, {}),
        ("d", "integer", {1: 1, 3: None, 4: 2}, {2: "wrong_type"}),
        ("i", "integer", {1: 1, 2: 2, 3: None, 4: 3}, {}),
        ("i", "number", {1: 1.0, 2: 2.0, 3: None, 4: 3.0}, {}),
        ("u", "integer", {2: 5, 3: None, 4: 4}, {1: "wrong_type"}),
        ("l", ["text"], {1: ["x"], 3: None, 4: [None]}, {2: "nul"}),
        ("o", {"k": "number", "y": "text"}, {1: {"k": 1.5, "y": None}, 3: None, 4: {"k": 1.0, "y": None}},
         {2: "not_finite"}),
        ("o", "json", {1: '{"k":1.5,"z":"q"}', 3: None, 4: '{"k":1.0,"z":"-inf"}'}, {2: "not_finite"}),
        ("m", {"*": "number"}, {1: {"a": 1.0}, 3: None, 4: {}}, {2: "not_finite"}),
        ("ts", "text", {1: "2020-01-02 03:04:05", 2: None, 3: None, 4: None}, {}),
        ("j", "json", {1: '{"a":1}', 3: None, 4: '["nan"]'}, {2: "not_json"}),
        ("c", "integer", {2: 2, 3: None, 4: 3}, {1: "wrong_type"}),
        ("b", "boolean", {1: True, 2: False, 3: None, 4: None}, {}),
    ],
)  # fmt: skip
def test_a_column_becomes_the_declared_type_where_that_is_exact(
    path: Path, name: str, type_: object, values: dict[int, object], reasons: dict[int, str]
) -> None:
    """Every value that the declared type can hold arrives; the row of any other is refused, whole."""
    read = fates_of_file(path, Framing(fields({name: type_})))
    assert {line: row[name] for line, row in read.taken.items()} == values
    assert read.reasons == reasons
    assert all(json.loads(str(row["raw"]))["i"] == row["line"] for row in read.refused.values())


def test_a_whole_decimal_is_an_integer_of_64_bits(tmp_path: Path) -> None:
    """Decimals are exact beyond 2^53, as doubles are not: warehouses keep ids in them."""
    rows = {1: 2**63 - 1, 2: -(2**63), 3: 1234567890123456789}
    values = ", ".join(f"({value}::decimal(38, 0))" for value in [*rows.values(), 2**63, -(2**63) - 1])
    path = tmp_path / "ids.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from (values {values}) as rows(i)) to '{path}' (format parquet)").fetchall()  # noqa: S608 (numbers)
    read = fates_of_file(path, Framing(fields({"i": "integer"})))
    assert {line: row["i"] for line, row in read.taken.items()} == rows
    assert read.reasons == {4: "wrong_type", 5: "wrong_type"}


def test_without_fields_every_column_is_taken_as_found(path: Path) -> None:
    """Numbers as numbers, nested values as nested values."""
    read = fates_of_file(path, Framing())
    assert list(read.taken[1]) == ["line", *COLUMNS.split(", ")]
    assert (read.taken[1]["i"], read.taken[1]["l"], read.taken[4]["m"]) == (1, ["x"], {})
    assert read.reasons == {2: "nul"}


@pytest.mark.parametrize(
    ("name", "type_"),
    [("t", "integer"), ("i", "text"), ("b", "integer"), ("o", "text"), ("l", "text"), ("t", ["text"]),
     ("o", {"k": "text"}),
     ("m", {"k": "number"}), ("o", {"*": "number"}), ("gone", "text")],
)  # fmt: skip
def test_a_column_of_another_type_is_a_config_error(path: Path, name: str, type_: object) -> None:
    """No row of it could be taken: it is the declaration that is wrong."""
    with pytest.raises(ConfigError, match=f"column '{name}'"):
        fates_of_file(path, Framing(fields({name: type_})))


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1" + b"\xff" * 40 + b"PAR1"])
@pytest.mark.parametrize("spec", [Framing(), Framing(fields({"t": "text"}))])
def test_what_is_no_parquet_is_named(content: bytes, spec: Framing) -> None:
    """The error says which file, not where a link to it was."""
    with pytest.raises(PrefstrataError, match=r"bad\.parquet: it cannot be read as Parquet") as error:
        fates(content, spec, name="bad.parquet")
    assert "prefstrata-" not in error.value.what


def test_rows_can_be_fetched_again_by_number(path: Path) -> None:
    """A row has no place in the file; its bytes are its JSON."""
    fetched = fetch_records(path, Framing(), [4, 99])
    assert list(fetched) == [4]
    offset, raw = fetched[4]
    assert offset is None
    assert json.loads(raw)["t"] == "é"
