"""What a mapping's expressions may be: pure, scalar, over the record alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefstrata.sources.mapping._expressions import ExpressionError, _pure_functions, parse
from prefstrata.sources.mapping._scope import Scope

FUNCTIONS = Path(__file__).with_name("functions.txt")


@pytest.mark.parametrize(
    "text",
    [
        "a + 1",
        "meta.task",
        "\"prediction 1\" || 'x'",
        "coalesce(a, b)",
        "case when a then 'x' else 'y' end",
        "x ->> '$.a[0]'",
        "list_transform(x, lambda e, i: {'v': e.v, 'i': i})",
        "[e.v for e in x if e.v > 1]",
        "a::double",
        "try_cast(a as integer)",
        "a in ('x', 'y') and b is not null",
        "regexp_extract(a, '(.*)x', 1)",
        "map_entries(m)[1].key",
        "range(1, 3)[1]",
        "a like 'x%'",
        "struct_pack(a := 1).a",
        "age(a, b)",
    ],
)
def test_pure_expressions_are_taken(text: str) -> None:
    """Everything that computes over one record is allowed."""
    assert parse(text).sql


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(select 1)", "subquery"),
        ("exists (from t)", "subquery"),
        ("a in (select x from t)", "subquery"),
        ("list_transform(x, lambda e: (select content from read_text('/etc/passwd')))", "subquery"),
        ("1 from read_text('/etc/passwd')", "not a query"),
        ("read_text('/etc/passwd')", "reads tables or files"),
        ("glob('*')", "reads tables or files"),
        ("read_csv('x')", "reads tables or files"),
        ("1; drop table t", "SELECT"),
        ("1; select 2", "without a semicolon"),
        ("1, 2", "not a query"),
        ("a where true", "not a query"),
        ("a order by 1", "not a query"),
        ("count(*)", "many rows"),
        ("max(a)", "many rows"),
        ("row_number() over ()", "window"),
        ("unnest(x)", "reads tables or files"),
        ("generate_subscripts(x, 1)", "more than its arguments"),
        ("now()", "more than its arguments"),
        ("current_localtime()", "more than its arguments"),
        ("current_localtimestamp()", "more than its arguments"),
        ("get_current_time()", "more than its arguments"),
        ("get_current_timestamp()", "more than its arguments"),
        ("today()", "more than its arguments"),
        ("current_date()", "may not call"),
        ("transaction_timestamp()", "more than its arguments"),
        ("age(a)", "reads the clock"),
        ("list_transform(x, lambda e: age(e))", "reads the clock"),
        ("weighted_avg(a, b)", "many rows"),
        ("random()", "more than its arguments"),
        ("uuid()", "more than its arguments"),
        ("nextval('s')", "more than its arguments"),
        ("current_setting('TimeZone')", "more than its arguments"),
        ("getvariable('x')", "more than its arguments"),
        ("hash(a)", "more than its arguments"),
        ("main.lower(a)", "schema"),
        ("nonsense(a)", "no such function"),
        ("*", "star"),
        ("columns('a')", "star"),
        ("$1", "parameter"),
        ("#1", "position"),
        ("a)", "not a SQL expression"),
        ("", "not a SQL expression"),
        ("a as b", "without AS"),
    ],
)
def test_everything_else_is_refused_with_its_name(text: str, said: str) -> None:
    """Files, tables, clocks, dice and settings are out of reach, however they are dressed."""
    with pytest.raises(ExpressionError, match=said):
        parse(text)


def test_the_functions_that_may_be_called_are_those_on_the_list() -> None:
    """Another DuckDB cannot widen what strangers may write: a new name is looked at before it is put on the list."""
    assert sorted(_pure_functions()) == FUNCTIONS.read_text("utf-8").splitlines()


def test_comments_do_not_reach_the_statement() -> None:
    """A comment cannot swallow what is written after the expression."""
    assert parse("a -- , b").sql == "a"
    assert parse("a /* b */").sql == "a"


def test_columns_are_named_but_not_the_parameters_of_a_lambda() -> None:
    """What a lambda binds is no column; what an arrow reads is."""
    assert parse("list_transform(x, lambda e: e.v + y)").names == {"x", "y"}
    assert parse("x -> '$.a'").names == {"x"}


@pytest.mark.parametrize("word", ["current_date", "current_user", "localtimestamp", "user"])
def test_words_that_are_calls_in_disguise_are_unknown_columns(word: str) -> None:
    """SQL's clock and session words are columns here, or nothing."""
    with pytest.raises(ExpressionError, match="no column"):
        Scope({"a": "varchar"}).type_of(parse(word))
    assert Scope({word: "varchar"}).type_of(parse(f'"{word}"')) == "VARCHAR"


def test_an_unknown_column_is_told_with_the_nearest_name() -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(ExpressionError, match="did you mean instruction"):
        Scope({"instruction": "varchar"}).type_of(parse("instuction"))


def test_types_are_known_before_any_record_is_read() -> None:
    """An expression that fits no type fails when it is checked, not in the middle of a file."""
    scope = Scope({"a": "varchar", "x": "struct(v bigint)[]"})
    assert scope.type_of(parse("x[1].v")) == "BIGINT"
    with pytest.raises(ExpressionError):
        scope.type_of(parse("x[1].w"))
    with pytest.raises(ExpressionError):
        scope.type_of(parse("list_sum(a)"))
