"""Ours on the same votes: written as evidence into a warehouse, through the noise stage of a run, read back.

Everything about how our tables look is in this file. A column of ``evidence.votes`` this file knows nothing of is null.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model.tables import table
from prefstrata.pipeline import open_session, stage_of
from prefstrata.project import PROJECT_FILE, read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.engine import Engine
    from prefstrata.pipeline import Session

__all__ = ["estimate", "fit", "load", "session"]

_PROJECT = """\
name: benchmark
policies: [general]
sources:
  - {name: votes, mode: offline, supervisor: crowd, path: inbox/*.jsonl, format: seed-jsonl}
"""
_NEEDED = ("noise.preferences", "noise.raters")


def estimate(votes: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What our noise stage says: ``item, p_a, p_tie, p_b``, and the raters' cards with the rater as ``rater``."""
    with TemporaryDirectory() as folder, session(Path(folder)) as opened:
        load(opened.engine, votes, items)
        fit(opened)
        ids = items.select("item", pair_id=_id("item"))
        preferences = (
            opened.engine.read("noise.preferences").join(ids, on="pair_id").select("item", "p_a", "p_tie", "p_b")
        )
        raters = opened.engine.read("noise.raters").rename({"rater_id": "rater", "reliability": "ability"})
        return preferences.sort("item"), raters.rename(
            {"reliability_low": "ability_low", "reliability_high": "ability_high"}
        )


@contextmanager
def session(folder: Path) -> Iterator[Session]:
    """A session as a run opens it, on a project in that folder with the general policy and nothing in its inbox."""
    (folder / PROJECT_FILE).write_text(_PROJECT, "utf-8")
    with open_session(read_project(folder)) as opened:
        yield opened


def fit(opened: Session) -> None:
    """Build the noise stage's tables as a run does, as far as the preferences and the raters' cards."""
    tables = stage_of("noise").tables
    for name in tables[: 1 + max(tables.index(needed) for needed in _NEEDED)]:
        opened.build(name)


def load(engine: Engine, votes: pl.DataFrame, items: pl.DataFrame) -> None:
    """Write the tables that the stage reads, as the stages before it would leave them.

    Args:
        engine: where to.
        votes: as :class:`benchmarks.noise.Simulation` has them.
        items: likewise; without the style columns both sides look the same.
    """
    responses = {"a": pl.format("{}-a", "item"), "b": pl.format("{}-b", "item")}
    prompt = pl.format("prompt-{}", "item")
    _load(
        engine,
        "evidence.votes",
        votes.select(
            **responses,
            vote_id=pl.col("vote").cast(pl.String).str.zfill(32),
            pair_id=_id("item"),
            prompt_id=prompt,
            dimension=pl.lit("overall"),
            choice="choice",
            strength="strength",
            both_bad=pl.lit(value=False),
            rater_id="rater",
            stratum="stratum",
            a_shown_first="a_shown_first",
            round=pl.when("settles").then(pl.lit("golden")),
            settles="settles",
            # There is no clock: a vote a second, in their order.
            decided_at=pl.datetime(2026, 1, 1) + pl.duration(seconds="vote"),
            share=pl.lit(1.0),
            derived_from=pl.lit("vote"),
            has_rationale="settles",
        ),
    )
    _load(
        engine,
        "evidence.pairs",
        items.select(
            **responses,
            pair_id=_id("item"),
            prompt_id=prompt,
            **{f"features_{side}": _style(items, side) for side in "ab"},
        ),
    )
    _load(
        engine,
        "evidence.prompts",
        items.select(
            prompt_id=prompt,
            task=pl.lit("unknown"),
            scenario=pl.lit("general"),
            policy_scenario=pl.lit("*"),
            risk_level=pl.lit("low"),
            language=pl.lit("und"),
        ),
    )
    _load(
        engine,
        "ledger.raters",
        votes.select("family", rater_id="rater", supervisor=pl.col("stratum").str.split("/").list.first()).unique(),
    )


def _id(name: str) -> pl.Expr:
    """An id as a ledger has them: a hash, whose digits spread evenly."""
    return pl.col(name).map_elements(lambda text: hashlib.sha256(text.encode()).hexdigest()[:32], pl.String)


def _style(items: pl.DataFrame, side: str) -> pl.Expr:
    known = f"characters_{side}" in items.columns
    figures = {
        "characters": (pl.col(f"characters_{side}") if known else pl.lit(1)).cast(pl.Int64),
        "markdown": (pl.col(f"markdown_{side}") if known else pl.lit(0)).cast(pl.Int64),
        "hedged": pl.col(f"hedged_{side}") if known else pl.lit(value=False),
        "refusal": pl.lit(value=False),
        "apology": pl.lit(value=False),
    }
    return pl.struct(figure.alias(name) for name, figure in figures.items())


def _load(engine: Engine, name: str, frame: pl.DataFrame) -> None:
    """The frame as that table: only the columns the table has today, null where the frame has none."""
    engine.load(
        name,
        frame.select(
            # Arrow has a type for nothing but nulls that DuckDB does not read; text casts to everything.
            pl.col(column.name) if column.name in frame.columns else pl.lit(None, pl.String).alias(column.name)
            for column in table(name).columns
        ),
    )
