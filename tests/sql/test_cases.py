"""Every case, on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prefstrata.engine import sql_names
from prefstrata.model.tables import TABLES
from tests.sql._cases import Case, all_cases, cases_of
from tests.sql._run import difference, outcome, value

if TYPE_CHECKING:
    from prefstrata.engine import Engine

CASES = all_cases()
TABLE_OF = {each.full_name.replace(".", "/"): each for each in TABLES}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rows_in_rows_out(engine: Engine, case: Case) -> None:
    """The statement gives the expected rows, the same on every engine."""
    if case.call is not None:
        found = value(engine, case.call)
        assert (type(found), found) == (type(case.expect), case.expect)
    else:
        assert difference(case.file.replace("/", "."), outcome(engine, case), case.expect) == ""


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.file in {"reports/queue_waiting", "reports/queue_tasks"}], ids=str
)
def test_a_queue_comes_in_the_order_expected(engine: Engine, case: Case) -> None:
    """What a queue lists and asks first is what its case says first."""
    name = "pair_id" if case.file == "reports/queue_waiting" else "item"
    assert [row[name] for row in outcome(engine, case)] == [row[name] for row in case.expect]


@pytest.mark.parametrize("file", sql_names())
def test_has_a_case(file: str) -> None:
    """A statement without a case is a statement nobody has seen work."""
    assert cases_of(file), f"write tests/sql/{file}.yaml; tests/sql/README.md says how"


@pytest.mark.parametrize("file", [file for file in sql_names() if file in TABLE_OF and cases_of(file)])
def test_every_column_is_expected_somewhere(file: str) -> None:
    """Cases name only the columns they are about, so together they must name all of the table's."""
    named = {name for case in cases_of(file) for row in case.expect for name in row}
    assert {column.name for column in TABLE_OF[file].columns} - named == set()


def test_cases_belong_to_statements() -> None:
    """A YAML file whose statement was renamed or deleted would test nothing."""
    from tests.sql._cases import ROOT  # noqa: PLC0415

    written = {str(path.relative_to(ROOT).with_suffix("")) for path in ROOT.rglob("*.yaml")}
    assert written - set(sql_names()) == set()
