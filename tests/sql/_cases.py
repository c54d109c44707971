"""Reads the cases: rows in, rows out. README.md beside this file says how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from prefstrata.engine import sql_names
from prefstrata.engine._types import parse_type, polars_type
from prefstrata.model.tables import table

ROOT = Path(__file__).parent
_KEYS = {"name", "given", "params", "expect", "call"}
# The same in C, where it is there: in Python a process takes seconds to read the cases, before it runs any.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Case:
    """One claim about one file of ``sql/``."""

    file: str
    name: str
    given: dict[str, list[dict[str, Any]]]
    params: dict[str, Any]
    expect: Any
    call: str | None

    def __str__(self) -> str:
        """``file: claim``, the id of the test."""
        return f"{self.file}: {self.name}"


@cache
def cases_of(file: str) -> tuple[Case, ...]:
    """The cases of ``schema/table``, in the order written; none when there is no such YAML file."""
    path = ROOT / f"{file}.yaml"
    if not path.is_file():
        return ()
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe one
    for case in found:
        unknown = case.keys() - _KEYS
        if unknown or not {"name", "expect"} <= case.keys():
            raise ValueError(f"{path}: {case.get('name')!r} needs name and expect, and knows no {sorted(unknown)}")
    return tuple(
        Case(file, case["name"], case.get("given", {}), case.get("params", {}), case["expect"], case.get("call"))
        for case in found
    )


def all_cases() -> tuple[Case, ...]:
    """Every case of every file in ``sql/``."""
    return tuple(case for file in sql_names() for case in cases_of(file))


def frame(full_name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame with the columns and types of the table; a column that a row does not name is null."""
    schema = {column.name: polars_type(parse_type(column.type)) for column in table(full_name).columns}
    for row in rows:
        if unknown := row.keys() - schema.keys():
            raise ValueError(f"{full_name} has no column {sorted(unknown)}")
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, strict=True)
