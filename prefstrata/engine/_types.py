"""Reads the type spelling of :mod:`prefstrata.model.tables` and writes it in each engine's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

__all__ = ["DataType", "ListType", "Scalar", "StructType", "duckdb_type", "parse_type", "polars_type", "spark_type"]

_TOKEN = re.compile(r"\s*([a-z_][a-z0-9_]*|\[\]|[(),])")


@dataclass(frozen=True)
class Scalar:
    """One of varchar, bigint, double, boolean, timestamp."""

    name: str


@dataclass(frozen=True)
class ListType:
    """A list of items of one type."""

    item: DataType


@dataclass(frozen=True)
class StructType:
    """Named fields, in order."""

    fields: tuple[tuple[str, DataType], ...]


DataType = Scalar | ListType | StructType

_SPARK = {
    "varchar": "string",
    "bigint": "bigint",
    "double": "double",
    "boolean": "boolean",
    "timestamp": "timestamp_ntz",
}
_POLARS: dict[str, pl.DataType] = {
    "varchar": pl.String(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "boolean": pl.Boolean(),
    "timestamp": pl.Datetime("us"),
}


def parse_type(text: str) -> DataType:
    """The type that a spelling such as ``struct(role varchar, content varchar)[]`` stands for.

    Raises:
        ValueError: it is not a type of the subset that every engine has.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError(f"not a type: {text!r}")
    try:
        found, rest = _read(tokens)
    except IndexError:
        rest = ["the end"]
    if rest:
        raise ValueError(f"not a type: {text!r}, at {rest[0]!r}")
    return found


def _read(tokens: list[str]) -> tuple[DataType, list[str]]:
    word, rest = tokens[0], tokens[1:]
    found: DataType
    if word == "struct":
        found, rest = _read_struct(rest)
    elif word in _SPARK:
        found = Scalar(word)
    else:
        raise ValueError(f"not a type: {word!r}")
    while rest[:1] == ["[]"]:
        found, rest = ListType(found), rest[1:]
    return found, rest


def _read_struct(rest: list[str]) -> tuple[StructType, list[str]]:
    fields: list[tuple[str, DataType]] = []
    closing = rest[0] if rest[0] == "(" else ")"
    while closing != ")":
        item, after = _read(rest[2:])
        fields.append((rest[1], item))
        closing, rest = after[0], after
    return StructType(tuple(fields)), rest[1:]


def duckdb_type(of: DataType) -> str:
    """The type as DuckDB spells it, field names quoted."""
    match of:
        case Scalar(name):
            return name
        case ListType(item):
            return f"{duckdb_type(item)}[]"
        case StructType(fields):
            spelt = (f'"{name}" {duckdb_type(item)}' for name, item in fields)
            return f"struct({', '.join(spelt)})"


def spark_type(of: DataType) -> str:
    """The type as Spark spells it."""
    match of:
        case Scalar(name):
            return _SPARK[name]
        case ListType(item):
            return f"array<{spark_type(item)}>"
        case StructType(fields):
            spelt = (f"`{name}`: {spark_type(item)}" for name, item in fields)
            return f"struct<{', '.join(spelt)}>"


def polars_type(of: DataType) -> pl.DataType:
    """The type as Polars has it."""
    match of:
        case Scalar(name):
            return _POLARS[name]
        case ListType(item):
            return pl.List(polars_type(item))
        case StructType(fields):
            return pl.Struct({name: polars_type(item) for name, item in fields})
