"""What there is to judge: pairs, responses and traces of the warehouse, chosen as the project's layers of work say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import demand_built, sql_text
from prefstrata.judging._question import Item
from prefstrata.model.arrow import ArrowStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from prefstrata.project import Generation, Work

__all__ = ["BUILT", "Chosen", "Known", "Material", "read_material", "read_prompts"]

BUILT = ("layers.records", "noise.preferences")
"""Tables that must be there before there is anything to judge."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item to judge and what decides by whom and under which policy."""

    item: Item
    policy_scenario: str
    risk_level: str


@dataclass(frozen=True, slots=True)
class Known:
    """An exam item: a golden pair, a dimension, and the answer (a or b)."""

    chosen: Chosen
    dimension: str
    answer: str


@dataclass(frozen=True, slots=True)
class Material:
    """All that a plan is made of, read from the warehouse at once, so that it is open no longer than that.

    Attributes:
        work: the chosen items per layer of work.
        golden: what judges are examined on.
        begun: items per layer of work that earlier runs asked about, as far as they are still there.
    """

    work: dict[str, tuple[Chosen, ...]] = field(default_factory=dict)
    golden: tuple[Known, ...] = ()
    begun: dict[str, tuple[Chosen, ...]] = field(default_factory=dict)


def read_material(
    connection: duckdb.DuckDBPyConnection,
    work: Iterable[Work],
    *,
    seed: int,
    exam_items: int,
    begun: Iterable[tuple[str, str]] = (),
) -> Material:
    """Choose what is to be judged, and what judges are examined on.

    Args:
        connection: to the warehouse.
        work: the layers of work.
        seed: lots are drawn with it.
        exam_items: most golden pairs per dimension and risk level.
        begun: layers of work and ids of items that earlier runs asked about. Where a layer is gone, its items may be
            of any other.

    Raises:
        ConfigError: nothing has been run yet, so there is nothing to judge.
    """
    demand_built(connection, *BUILT)
    works = tuple(work)
    dimensions = {dimension for each in works for dimension in each.dimensions}
    asked: dict[str, list[str]] = {each.name: [] for each in works}
    for name, item in begun:
        for ids in [asked[name]] if name in asked else asked.values():
            ids.append(item)
    return Material(
        {each.name: _chosen(connection, each, seed) for each in works},
        _golden(connection, dimensions, seed, exam_items),
        {each.name: _begun(connection, each, seed, asked[each.name]) for each in works if asked[each.name]},
    )


def read_prompts(
    connection: duckdb.DuckDBPyConnection, generation: Generation, seed: int
) -> list[tuple[Item, tuple[str, ...]]]:
    """Prompts that need responses, by lot, each with the responses that it has."""
    risks, most = _listed(generation.risk_levels), generation.most
    rows = _by_scenario(
        connection, "judging/prompts", generation.scenarios,
        seed=seed, risks=risks, most=most, fewer=generation.fewer_than,
    )  # fmt: skip
    rows.sort(key=lambda row: (str(row["lot"]), str(row["prompt_id"])))
    return [
        (
            Item(
                id=row["prompt_id"],
                messages=_messages(row),
                texts=(),
                context=_context(row),
                shown_messages=_shown_messages(row),
            ),
            tuple(row["contents"]),
        )
        for row in rows[:most]
    ]


def _listed(names: tuple[str, ...] | None) -> str | None:
    return None if names is None else ",".join(names)


def _by_scenario(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    scenarios: tuple[str, ...] | None,
    **params: str | int | bool | None,
) -> list[dict[str, Any]]:
    """The rows of a question that is asked scenario by scenario, or of all when none is named."""
    return [
        row for each in scenarios or (None,) for row in _frame(connection, name, scenario=each, **params).to_dicts()
    ]


def _chosen(connection: duckdb.DuckDBPyConnection, work: Work, seed: int) -> tuple[Chosen, ...]:
    if work.kind == "pairwise" and work.pairs == "recombined":
        return _recombined(connection, work, seed)
    if work.kind == "pairwise":
        return _pairs(connection, _wanted(_frame(connection, "judging/candidates", seed=seed), work))
    name = "judging/responses" if work.kind == "scalar" else "judging/traces"
    rows = _by_scenario(
        connection, name, work.scenarios, seed=seed, risks=_listed(work.risk_levels), most=work.most, only=None
    )
    read = _scored if work.kind == "scalar" else _walked
    return tuple(read(row) for row in sorted(rows, key=lambda row: str(row["lot"]))[: work.most])


def _begun(connection: duckdb.DuckDBPyConnection, work: Work, seed: int, ids: list[str]) -> tuple[Chosen, ...]:
    """These items and no others, in their order, as far as they are there: whatever a layer of work chooses by now."""
    found: list[Chosen] = []
    only = {"seed": seed, "risks": None, "most": len(ids), "only": ",".join(ids)}
    if work.kind == "pairwise":
        candidates = _frame(connection, "judging/candidates", seed=seed)
        found += _pairs(connection, candidates.filter(pl.col("pair_id").is_in(ids)).unique("pair_id"))
    if work.kind == "pairwise" and work.pairs == "recombined":
        rows = _by_scenario(connection, "judging/recombined", None, each=len(ids), hard=False, **only)
        found += map(_new_pair, rows)
    if work.kind != "pairwise":
        name, read = ("responses", _scored) if work.kind == "scalar" else ("traces", _walked)
        found += map(read, _by_scenario(connection, f"judging/{name}", None, **only))
    known = {chosen.item.id: chosen for chosen in found}
    return tuple(known[item] for item in dict.fromkeys(ids) if item in known)


def _recombined(connection: duckdb.DuckDBPyConnection, work: Work, seed: int) -> tuple[Chosen, ...]:
    """Responses to one prompt that nobody compared, put together."""
    is_hard, risks = work.choose == "hard", _listed(work.risk_levels)
    rows = _by_scenario(
        connection, "judging/recombined", work.scenarios,
        seed=seed, risks=risks, most=work.most, each=work.each, hard=is_hard, only=None,
    )  # fmt: skip
    rows.sort(key=lambda row: (-row["hardness"] if is_hard else 0, row["lot"], row["pair_id"]))
    return tuple(map(_new_pair, rows[: work.most]))


def _new_pair(row: dict[str, Any]) -> Chosen:
    return Chosen(_pair(row, row["families"]), row["policy_scenario"], row["risk_level"])


def _wanted(candidates: pl.DataFrame, work: Work) -> pl.DataFrame:
    allowed = pl.lit(value=True)
    if work.layers is not None:
        allowed &= pl.col("layer").is_in(work.layers)
    if work.scenarios is not None:
        allowed &= pl.col("scenario").is_in(work.scenarios)
    if work.risk_levels is not None:
        allowed &= pl.col("risk_level").is_in(work.risk_levels)
    found = candidates.filter(allowed)
    by = ["hardness", "lot", "pair_id"] if work.choose == "hard" else ["lot", "pair_id"]
    return found.sort(by, descending=[each == "hardness" for each in by]).head(work.most)


def _pairs(connection: duckdb.DuckDBPyConnection, wanted: pl.DataFrame) -> tuple[Chosen, ...]:
    """The items of pairs, in the order of the frame."""
    ids = wanted["pair_id"].unique(maintain_order=True).to_list()
    rows = {row["pair_id"]: row for row in _frame(connection, "judging/pairs", pairs=",".join(ids)).to_dicts()}
    made = (
        (rows[pair_id], families, scenario, risk)
        for pair_id, families, scenario, risk in wanted.select(
            "pair_id", "families", "policy_scenario", "risk_level"
        ).iter_rows()
    )
    return tuple(Chosen(_pair(row, families), scenario, risk) for row, families, scenario, risk in made)


def _pair(row: dict[str, Any], families: list[str]) -> Item:
    names = (*(row["generators_a"] or ()), *(row["generators_b"] or ()))
    return Item(
        id=row["pair_id"],
        messages=_messages(row),
        texts=(row["text_a"], row["text_b"]),
        generators=(_first(row["generators_a"]), _first(row["generators_b"])),
        families=frozenset((*families, *names)),
        context=_context(row),
        shown_messages=_shown_messages(row),
        shown_texts=_shown((row["text_a"], row["text_b"]), (row["shown_a"], row["shown_b"])),
    )


def _scored(row: dict[str, Any]) -> Chosen:
    item = Item(
        id=row["response_id"],
        messages=_messages(row),
        texts=(row["content"],),
        generators=(row["generator"],),
        families=frozenset((*(row["families"] or ()), *([row["generator"]] if row["generator"] else ()))),
        context=_context(row),
        shown_messages=_shown_messages(row),
        shown_texts=_shown((row["content"],), (row["shown_content"],)),
    )
    return Chosen(item, row["policy_scenario"], row["risk_level"])


def _walked(row: dict[str, Any]) -> Chosen:
    item = Item(
        id=row["trace_id"],
        messages=_messages(row),
        texts=tuple(step["output"] or "" for step in row["steps"]),
        context=(
            *_context(row),
            ("unit", row["unit"]),
            ("template", row["template"]),
            ("states", tuple(step["state"] for step in row["steps"])),
        ),
        shown_messages=_shown_messages(row),
        shown_texts=tuple(step["shown"] or "" for step in row["steps"]),
    )
    return Chosen(item, row["policy_scenario"], row["risk_level"])


def _messages(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each["role"], each["content"]) for each in row["messages"])


def _shown_messages(row: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    shown = row["shown_messages"]
    return None if shown is None else tuple((each["role"], each["content"]) for each in shown)


def _shown(texts: tuple[str, ...], hidden: tuple[str | None, ...]) -> tuple[str, ...] | None:
    """The texts as they may be sent; None when that is as they are."""
    if all(each is None for each in hidden):
        return None
    return tuple(text if each is None else each for text, each in zip(texts, hidden, strict=True))


def _context(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, row[name]) for name in ("task", "scenario", "risk_level", "language"))


def _first(names: list[str] | None) -> str | None:
    return names[0] if names else None


def _golden(connection: duckdb.DuckDBPyConnection, dimensions: set[str], seed: int, items: int) -> tuple[Known, ...]:
    """At most so many golden pairs per dimension and risk level, in the order of lots."""
    found = _frame(connection, "judging/golden", seed=seed).filter(pl.col("dimension").is_in(sorted(dimensions)))
    drawn = (
        found.sort("lot", "pair_id", "dimension")
        .with_columns(place=pl.int_range(pl.len()).over("dimension", "risk_level"))
        .filter(pl.col("place") < items)
    )
    chosen = _pairs(connection, drawn)
    answers = drawn.select("dimension", "answer").iter_rows()
    return tuple(Known(each, dimension, answer) for each, (dimension, answer) in zip(chosen, answers, strict=True))


def _frame(connection: duckdb.DuckDBPyConnection, name: str, **params: str | int | bool | None) -> pl.DataFrame:
    return pl.DataFrame(ArrowStream(connection.sql(sql_text(name), params=params)))
