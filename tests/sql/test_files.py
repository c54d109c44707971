"""What every file in ``sql/`` keeps to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import pytest

from prefstrata.engine import lineage, sql_names, sql_text
from prefstrata.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sql_names()


@pytest.fixture(scope="module")
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only parses."""
    connection = duckdb.connect()
    yield connection
    connection.close()


@pytest.mark.parametrize("file", FILES)
def test_is_one_statement(parser: duckdb.DuckDBPyConnection, file: str) -> None:
    """One file is one SELECT; a function's file is one definition, of the function it is named after."""
    [statement] = parser.extract_statements(sql_text(file))
    if file.startswith("functions/"):
        name = file.removeprefix("functions/")
        assert f"\ncreate or replace macro {name}(" in sql_text(file)
    else:
        assert statement.type == duckdb.StatementType.SELECT


@pytest.mark.parametrize("file", FILES)
def test_begins_with_grain_and_reason(file: str) -> None:
    """The first two lines are comments: what one row is, and why the step exists."""
    first, second = sql_text(file).splitlines()[:2]
    assert first.startswith("-- ")
    assert second.startswith("-- ")
    if not file.startswith("functions/"):
        assert first.startswith("-- Bad row: " if file.startswith("checks/") else "-- Grain: ")


@pytest.mark.parametrize("table", [table.full_name for table in TABLES])
def test_lineage_names_every_table_read(table: str) -> None:
    """Lineage is read from the text, so the text must name tables only after FROM and JOIN."""
    if table.replace(".", "/") not in FILES:
        assert lineage(table) == ()
        return
    code = re.sub(r"--[^\n]*|'(?:[^']|'')*'", " ", sql_text(table))
    mentioned = {name for name in re.findall(r"\b[a-z_]+\.[a-z_]+\b", code) if name in {t.full_name for t in TABLES}}
    assert mentioned - {table} == set(lineage(table))


@pytest.mark.parametrize("file", [each for each in FILES if not each.startswith(("ledger/", "checks/ledger/"))])
def test_reads_judgements_of_nobody_who_withdrew(file: str) -> None:
    """Whoever reads the ledger's judgements leaves them out, or meets them with evidence that does."""
    known = {"evidence/withdrawn", "evidence/passed_over", "reports/ledger_ends", "staging/kept", "staging/texts"}
    if file in known | {"reports/counted_again", "reports/edited_files"}:
        return  # who withdrew, what is one event, new, said again or searched: nothing is said of anybody
    if re.search(r"\b(?:from|join) ledger\.(?:votes|ratings|steps|events)\b", sql_text(file)):
        assert re.search(r"\b(?:from|join) (?:evidence\.(?:withdrawn|votes|actions)|gates\.votes)\b", sql_text(file))


def test_a_statement_has_one_text_however_it_is_named() -> None:
    """What a release is said to be made by is what made it."""
    assert sql_text("ledger.votes") is sql_text("ledger/votes")
