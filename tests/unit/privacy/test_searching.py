"""The ledger's texts are searched once each, and again only when something else is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.engine.spark import SparkWarehouse, spark_session
from prefstrata.model import ConfigError
from prefstrata.model.tables import TABLES
from prefstrata.policy import Privacy
from prefstrata.privacy import search_texts
from prefstrata.privacy._checkers import checkers
from tests._spark import SMALL
from tests.sql._cases import frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

    from prefstrata.engine import Warehouse

_MAIL, _CALL = "I am ann@example.org", "call +49 30 901820"


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """One local Spark for the module."""
    session = spark_session("local[1]", SMALL)
    yield session
    session.stop()


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with a little of everything that is a text, on each engine in turn."""
    made: Warehouse
    if request.param == "duckdb":
        made = DuckDBEngine(":memory:", threads=1)
    else:
        made = SparkWarehouse(request.getfixturevalue("spark"), tmp_path / "warehouse", threads=1)
    _fill(made)
    yield made
    made.close()


@pytest.fixture
def here() -> Iterator[DuckDBEngine]:
    """The same on DuckDB, for what is decided before any engine is asked."""
    made = DuckDBEngine(":memory:", threads=1)
    _fill(made)
    yield made
    made.close()


def _fill(engine: Warehouse) -> None:
    with engine.transaction():
        for each in TABLES:
            if not each.passing:
                engine.ensure(each)
    _load(engine, "ledger.prompts", {"prompt_id": "p", "messages": _said("be kind", _MAIL), "seq": 1})
    _load(
        engine,
        "ledger.responses",
        {"response_id": "r", "prompt_id": "p", "content": f"{_CALL}, {_CALL}", "seq": 1},
        {"response_id": "s", "prompt_id": "p", "content": "no", "seq": 2},
    )
    _load(engine, "ledger.steps", {"trace_id": "t", "index": 1, "state": _MAIL, "output": "done", "seq": 1})
    _load(engine, "ledger.votes", {"vote_id": "v", "reason_tags": [_CALL, "quick"], "seq": 1})


def _said(*contents: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": content} for content in contents]


def _load(engine: Warehouse, name: str, *rows: dict[str, Any]) -> None:
    engine.load(name, frame(name, list(rows)))


def _ask(engine: Warehouse, **said: Any) -> None:  # noqa: ANN401 - values of a policy
    word, kinds, regions = Privacy(**said).row
    row = {"scenario": "*", "personal_data": word, "kinds": kinds, "regions": regions}
    engine.load("policy.privacy", frame("policy.privacy", [row]))


def _found(engine: Warehouse) -> set[tuple[str, str, int, str, int]]:
    return set(engine.read("privacy.found").rows())


def test_everything_that_was_found_is_counted_and_hidden(engine: Warehouse) -> None:
    """Prompts message by message, responses, steps and tags; what holds nothing has no row."""
    _ask(engine, personal_data="mask")
    assert search_texts(engine) == 4
    assert _found(engine) == {
        ("prompt", "p", 0, "email_address", 1),
        ("response", "r", 0, "phone_number", 2),
        ("state", "t", 1, "email_address", 1),
        ("tag", _CALL, 0, "phone_number", 1),
    }
    assert set(engine.read("privacy.masked").rows()) == {
        ("response", "r", 0, "call <PHONE_NUMBER>, call <PHONE_NUMBER>"),
        ("state", "t", 1, "I am <EMAIL_ADDRESS>"),
        ("tag", _CALL, 0, "call <PHONE_NUMBER>"),
    }
    assert engine.read("privacy.prompts").rows() == [("p", _said("be kind", "I am <EMAIL_ADDRESS>"))]


def test_marking_hides_nothing(here: DuckDBEngine) -> None:
    """What is found is counted; nothing is to be shown in its place."""
    _ask(here, personal_data="mark")
    assert search_texts(here) == 4
    assert here.read("privacy.masked").is_empty()
    assert here.read("privacy.prompts").is_empty()


def test_a_text_is_searched_once(engine: Warehouse) -> None:
    """Only what came since is read: what is written over what was searched already would not be seen."""
    _ask(engine, personal_data="mask")
    search_texts(engine)
    _load(
        engine,
        "ledger.responses",
        {"response_id": "written over", "prompt_id": "p", "content": _MAIL, "seq": 2},
        {"response_id": "new", "prompt_id": "p", "content": _MAIL, "seq": 3},
        {"response_id": "r", "prompt_id": "p", "content": f"{_CALL}, {_CALL}", "generator": "g", "seq": 4},
    )
    assert search_texts(engine) == 5
    assert {row[:2] for row in _found(engine)} >= {("response", "r"), ("response", "new")}
    assert search_texts(engine) == 5


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({"kinds": ["email_address"]}, {"email_address"}),
        ({"regions": ["US", "DE"]}, {"email_address", "phone_number"}),
        ({"personal_data": "off"}, set()),
    ],
)
def test_another_policy_searches_everything_again(here: DuckDBEngine, said: dict[str, Any], left: set[str]) -> None:
    """And what it does not ask for is forgotten."""
    _ask(here, personal_data="mask")
    search_texts(here)
    before = here.read("privacy.searched").row(0, named=True)
    _ask(here, **({"personal_data": "mask"} | said))
    search_texts(here)
    assert {row[3] for row in _found(here)} == left
    after = here.read("privacy.searched").row(0, named=True)
    assert before != after
    assert (after["responses"], after["votes"]) == ((0, 0) if not left else (2, 1))


def test_another_version_of_a_library_searches_everything_again(here: DuckDBEngine) -> None:
    """It may know better."""
    _ask(here, personal_data="mask")
    search_texts(here)
    here.load("privacy.searched", here.read("privacy.searched").with_columns(searched_with=pl.lit("older 1")))
    _load(here, "ledger.responses", {"response_id": "written over", "content": _MAIL, "seq": 1})
    search_texts(here)
    assert ("response", "written over", 0, "email_address", 1) in _found(here)


def test_the_libraries_are_asked_for_only_where_something_is_searched(
    here: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them `off` works, and `mask` says what to install."""
    checkers.cache_clear()
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    _ask(here, personal_data="off")
    assert search_texts(here) == 0
    _ask(here, personal_data="mask")
    with pytest.raises(ConfigError, match="not installed") as raised:
        search_texts(here)
    assert "pip install 'prefstrata[privacy]'" in raised.value.todo
    checkers.cache_clear()
