"""Runs a case on an engine and compares what came out with what was expected."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from prefstrata.engine import DuckDBEngine, Engine, lineage
from prefstrata.engine.spark import SparkEngine
from prefstrata.model.tables import TABLES, table
from tests.sql._cases import frame

if TYPE_CHECKING:
    from tests.sql._cases import Case

_TABLES = {each.full_name for each in TABLES}


def outcome(engine: Engine, case: Case) -> list[dict[str, Any]]:
    """The rows that the case's statement gives: of a table, the rows it has now; of the ledger, those added."""
    full_name = case.file.replace("/", ".")
    for name in {*lineage(full_name), *case.given}:
        engine.load(name, frame(name, case.given.get(name, [])))
    if full_name not in _TABLES:
        return engine.query(case.file, **case.params).to_dicts()
    if not table(full_name).append_only:
        rows = engine.build(full_name, **case.params)
        found = engine.read(full_name).to_dicts()
        assert rows == len(found), "the engine miscounts"
        return found
    engine.ensure(table(full_name))
    before = engine.read(full_name).to_dicts()
    rows = engine.append(full_name, **case.params)
    left = Counter(repr(row) for row in before)
    added = []
    for row in engine.read(full_name).to_dicts():
        if left[repr(row)]:
            left[repr(row)] -= 1
        else:
            added.append(row)
    assert rows == len(added), "the engine miscounts"
    return added


def value(engine: Engine, call: str) -> object:
    """What a call of a named function gives."""
    if isinstance(engine, DuckDBEngine):
        with engine.connection() as connection:
            return connection.execute(f"select {call}").fetchall()[0][0]
    assert isinstance(engine, SparkEngine)
    return engine.evaluate(call)


def difference(full_name: str, found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> str:
    """What tells two lists of rows apart, in the columns that ``expected`` names; empty when they are the same rows."""
    columns = list(dict.fromkeys(name for row in expected for name in row))
    doubles = (
        {column.name for column in table(full_name).columns if "double" in column.type}
        if full_name in _TABLES
        else set()
    )
    for row in found:
        if unknown := set(columns) - row.keys():
            return f"there is no column {sorted(unknown)} in the result"
    rest = [{name: row[name] for name in columns} for row in found]
    missing = []
    for row in expected:
        wanted = {name: row.get(name) for name in columns}
        match = next((other for other in rest if _same(other, wanted, doubles)), None)
        if match is None:
            missing.append(wanted)
        else:
            rest.remove(match)
    return f"expected but not there: {missing}\nthere but not expected: {rest}" if missing or rest else ""


def _same(found: dict[str, Any], wanted: dict[str, Any], doubles: set[str]) -> bool:
    return all(_equal(found[name], wanted[name], loose=name in doubles) for name in wanted)


def _equal(found: object, wanted: object, *, loose: bool) -> bool:
    """Equal in type and value, doubles to 1e-9; where doubles are declared, a whole number needs no point."""
    if isinstance(found, Decimal):
        found = int(found) if found == found.to_integral_value() else float(found)
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_equal(found[k], wanted[k], loose=loose) for k in wanted)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(_equal(a, b, loose=loose) for a, b in zip(found, wanted, strict=True))
    if isinstance(found, float) and (isinstance(wanted, float) or (loose and type(wanted) is int)):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return type(found) is type(wanted) and found == wanted
