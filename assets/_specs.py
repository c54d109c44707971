"""What Dagster is told about a table: taken from the table's definition and from its SQL, never written twice."""

from __future__ import annotations

import hashlib
import re
from itertools import takewhile
from typing import TYPE_CHECKING

import dagster as dg

from prefstrata import __version__
from prefstrata.engine import lineage, sql_names, sql_text
from prefstrata.model.tables import TABLES, table
from prefstrata.noise import FITTED
from prefstrata.pipeline import COMPUTED, STAGES, reads_of, stage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["BATCHES", "asset_key", "built_spec", "checked_table", "filled_spec", "tables_in"]

BATCHES = "ledger.batches"
_WORD = re.compile(r"\w+")


def asset_key(full_name: str) -> dg.AssetKey:
    """The key of a table: ``schema/table``."""
    return dg.AssetKey(full_name.split("."))


def tables_in(schema: str) -> tuple[str, ...]:
    """The full names of a schema's tables."""
    return tuple(each.full_name for each in TABLES if each.schema == schema)


def filled_spec(full_name: str, deps: Iterable[dg.AssetKey] = ()) -> dg.AssetSpec:
    """The asset of a table that something else than one SELECT fills."""
    return dg.AssetSpec(
        asset_key(full_name),
        deps=list(deps),
        description=_description(full_name),
        group_name=table(full_name).schema,
        metadata=_columns(full_name),
    )


def built_spec(full_name: str, stage: str) -> dg.AssetSpec:
    """The asset of a table that a stage builds: it depends on what it is made from, and on the guards before it."""
    reads = reads_of(full_name)
    spec = filled_spec(full_name, (asset_key(name) for name in sorted({*reads, *_guards(reads, stage)})))
    return spec.replace_attributes(group_name=stage, code_version=_code_version(full_name))


def _guards(reads: Sequence[str], stage: str) -> frozenset[str]:
    """The tables that the checks of the stage before look at, for a table that reads that stage, or nothing at all.

    Dagster lets a failed check stop only what reads the checked table. A run must stop as a whole: whoever finds the
    votes of the ledger broken may not build on its ratings either.
    """
    # What is shown of texts is what releases and people see; no stage builds on it.
    earlier = [each for each in STAGES[: STAGES.index(stage_of(stage))] if each.name != "privacy"]
    before = earlier[-1] if earlier else STAGES[0]
    if reads and not any(name.startswith(f"{before.name}.") for name in reads):
        return frozenset()
    return frozenset(checked_table(check) for check in before.checks)


def checked_table(check: str) -> str:
    """The table that a check (``checks/<stage>/<check>``) is shown on.

    Of the tables of its stage that the SELECT reads, the one built last. The ledger's tables are filled together, a
    batch at a time, so its checks are all shown on the batches: one place decides whether what came in may be used.
    """
    stage = stage_of(check.split("/")[1])
    if not stage.tables:
        return BATCHES
    return max((name for name in lineage(check) if name in stage.tables), key=stage.tables.index)


def _description(full_name: str) -> str:
    """What one row is, and what the head of the SQL says after that: why the step exists."""
    grain = f"One row is {table(full_name).grain}."
    if full_name.replace(".", "/") not in sql_names():
        return grain
    head = takewhile(lambda line: line.startswith("--"), sql_text(full_name).splitlines())
    why = [line.removeprefix("--").strip() for line in head]
    return " ".join([grain, *(line for line in why if not line.startswith("Grain:"))])


def _columns(full_name: str) -> dict[str, object]:
    columns = [dg.TableColumn(column.name, column.type, column.doc) for column in table(full_name).columns]
    return {"dagster/table_name": full_name, "dagster/column_schema": dg.TableSchema(columns)}


def _code_version(full_name: str) -> str:
    """A hash of the SQL that makes a table, and of every named function it comes to call.

    The tables of the rater model are made by all of its statements, and by Python, of which our version tells; so it
    does of what Python alone makes.
    """
    fitted = full_name in FITTED
    if full_name in COMPUTED:
        return __version__
    functions = {name.removeprefix("functions/") for name in sql_names("functions")}
    texts = {"": __version__} if fitted else {}
    waiting = [*sql_names("fit"), *_with_sql(FITTED)] if fitted else [full_name]
    while waiting:
        name = waiting.pop()
        texts[name] = sql_text(name)
        called = functions & set(_WORD.findall(texts[name]))
        waiting.extend({f"functions/{word}" for word in called} - texts.keys())
    return hashlib.sha256("\0".join(texts[name] for name in sorted(texts)).encode()).hexdigest()[:12]


def _with_sql(tables: Iterable[str]) -> set[str]:
    return {name.replace(".", "/") for name in tables} & set(sql_names())
