"""Rows of Parquet: native types, made the declared ones where that is exact."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from prefstrata.model import ConfigError, PrefstrataError
from prefstrata.sources.framing._fields import (
    Fields,
    FieldType,
    ListOf,
    MapOf,
    ObjectOf,
    Scalar,
    fields,
    identifier,
    literal,
)
from prefstrata.sources.framing._reasons import Reason
from prefstrata.sources.framing._target import drop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from prefstrata.sources.framing._spec import Limits
    from prefstrata.sources.framing._target import Target

__all__ = ["columns_as_found", "fetch_rows", "fill_from_parquet"]

_Found = Any  # a DuckDB type; its stub does not know `children`
_EXACT = 2**53
_QUOTED = r'"(\\.|[^"\\])*"'
_TEXTS = {"varchar", "enum", "date", "time", "timestamp", "timestamp with time zone", "timestamp_ns", "timestamp_ms",
          "timestamp_s", "time with time zone", "uuid"}  # fmt: skip
_SMALL = {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"}
_LARGE = {"ubigint", "hugeint", "uhugeint"}
_FLOATS = {"float", "double"}
_NUMBERS = {*_SMALL, *_LARGE, *_FLOATS, "decimal"}


@dataclass(frozen=True)
class _Sql:
    """The SQL of a value, and of the reason why there is none: a reason's word, or null."""

    value: str
    problem: str = "null"


def fill_from_parquet(target: Target, path: Path, where: Path, limits: Limits) -> tuple[int, int]:
    """Fill the tables of ``target`` from the Parquet file at ``path``; rows read and rows refused.

    Args:
        target: where accepted and refused rows go.
        path: the file, without a character that means something in a pattern.
        where: the file, as an error names it.
        limits: how much of a refused row is kept.

    Raises:
        ConfigError: a field has no column, or a column whose type cannot be the declared one.
        PrefstrataError: it is no Parquet file, or a damaged one.
    """
    with _readable(path, where):
        columns = _columns(target.connection, path)
        sql = {name: _declared(name, type_, columns, where) for name, type_ in target.fields.items()}
        problem = _coalesced([_problem(name, type_, sql[name].problem) for name, type_ in target.fields.items()])
        values = ", ".join(f"{each.value} as {identifier(name)}" for name, each in sql.items())
        source = f"read_parquet({literal(str(path))}, file_row_number = true)"
        number = f"file_row_number + 1 as {identifier(target.line)}"
        # Every name in these is quoted by `identifier`, every text by `literal`.
        drop(target.connection, target.table)
        taken = target.connection.execute(
            f"create temp table {identifier(target.rows)} as"  # noqa: S608
            f" select {number}, {values} from {source} where {problem} is null"
        ).fetchall()
        target.show("*")
        rejected = target.connection.execute(
            f"create or replace temp table {identifier(target.rejects)} as"  # noqa: S608
            ' select line, null::bigint as "offset", problem.reason, problem.detail,'
            f" left(raw, {limits.raw_bytes}) as raw, sha256(raw) as raw_sha256"
            f" from (select file_row_number + 1 as line, {problem} as problem, {_raw(columns)} as raw from {source})"
            " where problem is not null"
        ).fetchall()
    return taken[0][0] + rejected[0][0], rejected[0][0]


def columns_as_found(connection: duckdb.DuckDBPyConnection, path: Path, where: Path) -> Fields:
    """A field for every column, of the type that takes it exactly."""
    with _readable(path, where):
        return fields({name: _spelled(type_) for name, type_ in _columns(connection, path).items()}, where=str(where))


def fetch_rows(path: Path, where: Path, lines: Collection[int]) -> dict[int, tuple[int | None, bytes]]:
    """The rows numbered ``lines``, each as JSON."""
    with _readable(path, where), duckdb.connect() as connection:
        raw = _raw(_columns(connection, path))
        rows = connection.execute(
            f"select file_row_number + 1, {raw} from read_parquet({literal(str(path))}, file_row_number = true)"  # noqa: S608
            " where list_contains($lines, file_row_number + 1)",
            {"lines": sorted(lines)},
        ).fetchall()
    return {line: (None, text.encode()) for line, text in rows}


@contextmanager
def _readable(path: Path, where: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise PrefstrataError(
            f"it cannot be read as Parquet: {str(error).splitlines()[0].replace(str(path), where.name)}",
            where=str(where),
            todo="Deliver the file again, or declare another kind; nothing of it was taken.",
        ) from error


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, _Found]:
    found = connection.sql(f"select * from read_parquet({literal(str(path))}) limit 0")  # noqa: S608
    return dict(zip(found.columns, found.types, strict=True))


def _raw(columns: dict[str, _Found]) -> str:
    members = ", ".join(f"{literal(name)}: {identifier(name)}" for name in columns)
    return f"to_json({{{members}}})::varchar"


def _problem(name: str, type_: FieldType, problem: str) -> str:
    return f"case when {problem} is not null then {{'reason': {problem}, 'detail': {_detail(name, type_)}}} end"


def _coalesced(problems: list[str]) -> str:
    return f"coalesce({', '.join([*problems, 'null'])})"


def _detail(name: str, type_: FieldType) -> str:
    return (
        f"{literal(f'{name} holds ')} || left(to_json({identifier(name)})::varchar, 60)"
        f" || {literal(f'; expected {_expected(type_)}')}"
    )


def _expected(type_: FieldType) -> str:  # noqa: PLR0911 (a table)
    match type_:
        case Scalar("text"):
            return "text without NUL"
        case Scalar("integer"):
            return "an integer of at most 64 bits"
        case Scalar("number"):
            return "a finite number"
        case Scalar("boolean"):
            return "true or false"
        case Scalar():
            return "JSON"
        case ListOf(item):
            return f"a list of {_expected(item)}"
        case MapOf() | ObjectOf():
            return "an object of the declared types"


def _declared(name: str, type_: FieldType, columns: dict[str, _Found], where: Path) -> _Sql:
    if name not in columns:
        raise ConfigError(
            f"there is no column {name!r}", where=str(where), todo=f"The columns are: {', '.join(columns)}."
        )
    sql = _sql(identifier(name), type_, columns[name], 0)
    if sql is None:
        raise ConfigError(
            f"column {name!r} is {str(columns[name]).lower()}, which is not the declared type",
            where=str(where),
            todo="Declare the type that the column has.",
        )
    return sql


def _sql(x: str, type_: FieldType, found: _Found, level: int) -> _Sql | None:
    """How ``x`` of type ``found`` becomes ``type_``; None when no value of one is a value of the other."""
    match type_:
        case Scalar(name):
            return _scalar(x, name, found)
        case ListOf(item):
            return _list(x, item, found, level)
        case ObjectOf(members):
            return _object(x, members, found, level)
        case MapOf(item):
            return _map(x, item, found, level)


def _scalar(x: str, name: str, found: _Found) -> _Sql | None:  # noqa: PLR0911 (a table)
    kind = found.id
    wrong, infinite = literal(Reason.WRONG_TYPE.value), literal(Reason.NOT_FINITE.value)
    match name:
        case "text" if kind in _TEXTS:
            nul = literal(Reason.NUL.value)
            return _Sql(f"{x}::varchar", f"case when contains({x}::varchar, chr(0)) then {nul} end")
        case "integer" if kind in _SMALL:
            return _Sql(f"{x}::bigint")
        case "integer" if kind in _LARGE:
            return _Sql(f"try_cast({x} as bigint)", f"case when {x} > {2**63 - 1} or {x} < {-(2**63)} then {wrong} end")
        case "integer" if kind in _NUMBERS:
            range_ = f"{x} between {-(2**63)} and {2**63 - 1}" if kind == "decimal" else f"abs({x}) <= {_EXACT}"
            whole = f"{range_} and floor({x}) = {x}"
            return _Sql(f"case when {whole} then {x}::bigint end", f"case when not ({whole}) then {wrong} end")
        case "number" if kind in _FLOATS:
            return _Sql(f"{x}::double", f"case when not isfinite({x}) then {infinite} end")
        case "number" if kind in _NUMBERS:
            return _Sql(f"{x}::double")
        case "boolean" if kind == "boolean":
            return _Sql(x)
        case "json":
            spelled = f"{x}::varchar" if kind in {"varchar", "json"} else f"to_json({x})::varchar"
            # DuckDB calls NaN valid JSON and writes it; outside quotes, only such a word has these letters.
            bare = f"regexp_replace({spelled}, {literal(_QUOTED)}, '', 'g')"
            return _Sql(
                spelled,
                f"case when not json_valid({spelled}) then {literal(Reason.NOT_JSON.value)}"
                f" when regexp_matches({bare}, '(?i)nan|inf') then {infinite} end",
            )
        case _:
            return None


def _list(x: str, item: FieldType, found: _Found, level: int) -> _Sql | None:
    if found.id not in {"list", "array"}:
        return None
    each = f"__e{level}"
    inner = _sql(each, item, found.children[0][1], level + 1)
    if inner is None:
        return None
    return _Sql(
        f"list_transform({x}, lambda {each}: {inner.value})",
        f"list_filter(list_transform({x}, lambda {each}: {inner.problem}),"
        f" lambda __p{level}: __p{level} is not null)[1]",
    )


def _object(x: str, members: Fields, found: _Found, level: int) -> _Sql | None:
    if found.id != "struct":
        return None
    there = dict(found.children)
    sql = {
        name: _sql(f"{x}.{identifier(name)}", type_, there[name], level)
        if name in there
        else _Sql(f"null::{type_.sql}")
        for name, type_ in members.items()
    }
    inner = {name: each for name, each in sql.items() if each is not None}
    if len(inner) < len(sql):
        return None
    values = ", ".join(f"{literal(name)}: {each.value}" for name, each in inner.items())
    return _Sql(
        f"case when {x} is null then null else {{{values}}} end", _coalesced([each.problem for each in inner.values()])
    )


def _map(x: str, item: FieldType, found: _Found, level: int) -> _Sql | None:
    if found.id != "map" or found.children[0][1].id != "varchar":
        return None
    each = f"__e{level}"
    inner = _sql(f"{each}.value", item, found.children[1][1], level + 1)
    if inner is None:
        return None
    return _Sql(
        f"map_from_entries(list_transform(map_entries({x}), lambda {each}:"
        f" {{'key': {each}.key, 'value': {inner.value}}}))",
        f"list_filter(list_transform(map_entries({x}), lambda {each}: {inner.problem}),"
        f" lambda __p{level}: __p{level} is not null)[1]",
    )


def _spelled(found: _Found) -> object:  # noqa: PLR0911 (a table)
    """The config spelling of the type that takes every value of a column's type."""
    match found.id:
        case "list" | "array":
            return [_spelled(found.children[0][1])]
        case "struct":
            return {name: _spelled(type_) for name, type_ in found.children}
        case "map" if found.children[0][1].id == "varchar":
            return {"*": _spelled(found.children[1][1])}
        case "boolean":
            return "boolean"
        case kind if kind in _SMALL:
            return "integer"
        case kind if kind in _NUMBERS:
            return "number"
        case kind if kind in _TEXTS:
            return "text"
        case _:
            return "json"
