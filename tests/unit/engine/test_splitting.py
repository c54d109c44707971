"""Statements are split where Spark would work the same rows out many times, and nowhere else."""

# ruff: noqa: S608 - parsed here, and never run

from __future__ import annotations

import pytest

sqlglot = pytest.importorskip("sqlglot", reason="comes with prefstrata[spark]")

from prefstrata.engine import sql_names, sql_text  # noqa: E402 - only where it is installed
from prefstrata.engine.spark._splitting import split  # noqa: E402
from prefstrata.engine.spark._translate import to_spark  # noqa: E402

_THREE = "select * from a.x union all select * from a.y union all select * from a.z"


def _split(sql: str) -> tuple[list[tuple[str, str]], str]:
    tree = sqlglot.parse_one(sql, read="duckdb")
    parts, rest = split(tree)
    assert tree == sqlglot.parse_one(sql, read="duckdb"), "the statement was changed"
    return [(part.name, part.select.sql("duckdb").lower()) for part in parts], rest.sql("duckdb").lower()


def test_rows_named_often_are_held() -> None:
    """Three scans that would be made three times are a statement of their own; what is left only names them."""
    often = "select * from s join s as other using (id) join s as third using (id)"
    assert _split(f"with s as ({_THREE}) {often}") == ([("s", _THREE)], often)


@pytest.mark.parametrize(
    "sql",
    [
        f"with s as ({_THREE}) select * from s",
        "with s as (select * from a.x) select * from s join s as other using (id)",
        "select * from a.x",
        # A name may mean what it does not say: an inner s is another one, k has names of its own, r reads itself.
        f"with s as ({_THREE}), t as (with s as (select 1 as id) select * from s) select * from s, s as b, s as c, t",
        f"with k(p) as ({_THREE}) select k.p from k join k as l using (p) join k as m using (p)",
        f"with recursive r as ({_THREE} union all select * from r) select * from r join r as s using (id)",
    ],
)
def test_rows_that_cost_little_are_not(sql: str) -> None:
    """Named once, or one scan, or no CTE at all: a job more would save nothing."""
    assert _split(sql) == ([], sqlglot.parse_one(sql, read="duckdb").sql("duckdb").lower())


def test_each_statement_has_what_it_names_and_no_more() -> None:
    """A CTE that is not held comes along, in its place, with what needs it; what is held is read as a table."""
    parts, rest = _split(
        f"with one as (select * from a.x), s as ({_THREE} union all select * from one), "
        "t as (select s.id from s join s as other using (id)), u as (select * from t, one) "
        "select * from u join u as v using (id) join u as w using (id) join s using (id)"
    )
    assert [name for name, _ in parts] == ["s", "u"]
    assert parts[0][1] == f"with one as (select * from a.x) {_THREE} union all select * from one"
    assert parts[1][1] == (
        "with one as (select * from a.x), t as (select s.id from s join s as other using (id)) select * from t, one"
    )
    assert rest == "select * from u join u as v using (id) join u as w using (id) join s using (id)"


def test_a_name_is_the_same_in_capitals() -> None:
    """And one that must be quoted stays quoted."""
    parts, rest = _split(
        f'with "Order" as ({_THREE}), one as (select * from "order") '
        "select * from ONE join One as b using (id) join one as c using (id)"
    )
    assert parts == [("one", f'with "order" as ({_THREE}) select * from "order"')]
    assert rest == "select * from one join one as b using (id) join one as c using (id)"


def test_what_hangs_on_a_name_stays() -> None:
    """A join in brackets hangs on its first table, and so do names for columns."""
    told = to_spark(
        f"with s as ({_THREE}) select x.u from (s join s as b using (id)) join s as x(u, v) on x.u = s.id",
        {},
        lambda full_name: f"view_{full_name[2:]}",
        lambda name: f"held_{name}",
    )
    three = " UNION ALL ".join(f"SELECT * FROM view_{name} AS {name}" for name in "xyz")
    assert told.parts == (("held_s", three),)
    assert told.rest == (
        "SELECT x.u FROM (held_s AS s JOIN held_s AS b USING (id)) JOIN held_s AS x(u, v) ON x.u = s.id"
    )


def test_no_statement_is_left_to_grow() -> None:
    """With what is held no statement of ``sql/`` scans tables more than sixty times; without it some would."""
    worst, before = 0, 0
    for name in sql_names():
        if not name.startswith("functions/"):
            tree = sqlglot.parse_one(sql_text(name), read="duckdb")
            parts, rest = split(tree)
            worst = max(worst, *(_scans(each) for each in (rest, *(part.select for part in parts))))
            before = max(before, _scans(tree))
    assert worst <= 60 < before


def _scans(tree: sqlglot.exp.Expr) -> int:
    """Tables read when every CTE is written out where it is named; what is held is a table."""
    ctes = tree.args["with_"].expressions if tree.args.get("with_") else []
    known: dict[str, int] = {}
    body = tree.copy()
    body.set("with_", None)
    for name, each in [*((cte.alias, cte.this) for cte in ctes), ("", body)]:
        known[name] = sum(1 if table.db else known.get(table.name, 1) for table in each.find_all(sqlglot.exp.Table))
    return known[""]
