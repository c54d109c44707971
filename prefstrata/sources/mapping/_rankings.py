"""Ranked lists: one judgement over k responses becomes its k (k - 1) / 2 votes, which share one judgement id."""

# ruff: noqa: S608 - statements are put together here; every name in them is ours, every text a literal

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._cells import Evaluation
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import ExpressionError, parse, text_literal
from prefstrata.sources.mapping._scope import Scope
from prefstrata.sources.mapping._sql import Check, select, spell
from prefstrata.sources.mapping._units import Candidate

if TYPE_CHECKING:
    from prefstrata.sources.mapping._config import Rankings, Value
    from prefstrata.sources.mapping._said import Builder

__all__ = ["PAIRED", "Ranking", "read_ranking"]

PAIRED = ("left_id", "right_id", "choice", "judgement_id", "judgement_size")
_MOST = 100
"""Responses of a ranked list at most: it becomes k (k - 1) / 2 votes of the ledger."""
_PARTS = ("generator", "generator_family", "sampling")


@dataclass(frozen=True)
class Ranking:
    """A list of responses and one of ranks. With a candidate, the list holds texts; without, ids."""

    spelled: str
    candidate: Candidate | None

    def steps(self, builder: Builder) -> tuple[str, str]:
        """The statements after the builder's: one row per ranked response, then one per pair."""
        return self._items(builder), _pairs(builder)

    def _items(self, builder: Builder) -> str:
        picks = [
            "* exclude (__list, __ranks)",
            "unnest(__list) as __item",
            "unnest(__ranks) as __rank",
            "generate_subscripts(__list, 1) as __pos",
        ]
        items = select(picks, "__before", "__problem is null")
        if self.candidate is None:
            return _judged(select(["*", "__item.id as __id"], items), builder)
        of = self.candidate
        parts = [f"__item.{name} as {of[name]}" for name in _PARTS]
        typed = select(["* exclude (__item)", f"normalise_text(__item.text) as {of['text']}", *parts], items)
        hashed = select(["*", f"response_id(prompt_id, {of['text']}) as {of['id']}"], typed)
        return _judged(select(["*", f"{of['id']} as __id"], hashed), builder)


def read_ranking(builder: Builder, section: Rankings) -> Ranking:
    """Read the responses and ranks of a block into the columns ``__list`` and ``__ranks``."""
    builder.prompt()
    key = (*builder.block, "responses")
    if isinstance(section.responses, tuple):
        ids = [builder.response(f"responses[{place}]", each) for place, each in enumerate(section.responses)]
        builder.columns["__list"] = "[" + ", ".join(f"{{'id': {id_}}}" for id_ in ids) + "]"
        count, spelled = str(len(ids)), "cast(null as varchar)"
        candidate = None
    else:
        cell, listed = _texts(builder, section.responses)
        builder.columns["__list"] = listed
        count, spelled = f"len({cell})", "cast(null as varchar)"
        candidate = Candidate(spell(key), "__t0_")
    ranks, spelled = _ranks(builder, section, count, spelled)
    builder.columns["__ranks"] = ranks
    where = spell((*builder.block, "ranks"))
    detail = f"{text_literal(f'{where}: ')} || len({ranks}) || ' ranks for ' || {count} || ' responses'"
    builder.checks.append(Check(f"len({ranks}) <> {count}", "ranks_mismatch", detail))
    detail = f"{text_literal(f'{spell(key)}: ')} || {count} || ' responses; at most {_MOST}'"
    builder.checks.append(Check(f"{count} > {_MOST}", "too_many_ranked", detail))
    return Ranking(spelled, candidate)


def _texts(builder: Builder, value: Value) -> tuple[str, str]:
    """The list as the file has it, and as structs of text, generator, generator_family and sampling."""
    key = (*builder.block, "responses")
    cell = builder.leaf("responses", value, "list")
    _, type_ = Evaluation(builder.evaluation.scope).read_any(key, value)
    item = type_.removesuffix("[]")
    if item == "VARCHAR":
        parts = ", ".join(f"'{name}': cast(null as varchar)" for name in _PARTS)
        return cell.sql, f"list_transform({cell.sql}, lambda __each: {{'text': __each, {parts}}})"
    scope = Scope({"__each": item})
    found = {}
    for name in ("text", *_PARTS):
        with contextlib.suppress(ExpressionError):
            found[name] = scope.type_of(parse(f"__each.{name}"))
    if found.get("text") != "VARCHAR":
        raise MappingError(key, f"this gives {type_}; a list of texts or of struct(text, generator, …) is wanted")
    parts = ", ".join(
        f"'{name}': cast({f'__each.{name}' if name in found else 'null'} as varchar)" for name in ("text", *_PARTS)
    )
    return cell.sql, f"list_transform({cell.sql}, lambda __each: {{{parts}}})"


def _ranks(builder: Builder, section: Rankings, count: str, spelled: str) -> tuple[str, str]:
    """The ranks as a list of numbers, and as the file spelled them."""
    if section.ranks is None:
        return f"cast(range(1, {count} + 1) as double[])", spelled
    if isinstance(section.ranks, tuple):
        cells = [builder.cell(f"ranks[{place}]", each, "number") for place, each in enumerate(section.ranks)]
        listed = f"[{', '.join(cells)}]"
        return listed, f"cast({listed} as varchar)"
    cell = builder.leaf("ranks", section.ranks, "list")
    return f"cast({cell.sql} as double[])", cell.spelled


def _judged(items: str, builder: Builder) -> str:
    """The items, each with the id and the size of its judgement; the id is made from all that was said in it."""
    about = "text_field(own_id) || prompt_id || rater_id || text_field(dimension) || text_field(round)"
    at = "text_field(strftime(decided_at, '%Y-%m-%d %H:%M:%S.%f'))"
    over = "over (partition by __line, __unit, __place)"
    said = f"string_agg(__id || '=' || __rank, '/' order by __id, __rank) filter (where __rank is not null) {over}"
    id_ = f"short_hash({text_literal(builder.context.source + '/')} || {about} || {at} || {said})"
    return select(["*", f"count(__rank) {over} as judgement_size", f"{id_} as judgement_id"], items)


def _pairs(builder: Builder) -> str:
    where = spell(builder.block)
    missing = f"{{'reason': 'missing_text', 'detail': {text_literal(f'{where}.responses: a text is missing')}}}"
    same = f"{{'reason': 'identical_sides', 'detail': {text_literal(f'{where}: two responses are the same text')}}}"
    kept = [f'one."{name}"' for name in builder.columns if not name.startswith("__")]
    choice = (
        "case when one.__rank = other.__rank then 'tie'"
        " when (one.__rank < other.__rank) = (one.__id < other.__id) then 'left' else 'right' end"
    )
    wrong = (
        f"case when one.__id is null or other.__id is null then {missing} when one.__id = other.__id then {same} end"
    )
    picks = [
        "one.__line",
        "one.__unit",
        "(one.__place * 1000 + one.__pos) * 1000 + other.__pos as __place",
        *kept,
        "one.judgement_id",
        "one.judgement_size",
        "least(one.__id, other.__id) as left_id",
        "greatest(one.__id, other.__id) as right_id",
        f"{choice} as choice",
        f"{wrong} as __problem",
    ]
    on = " and ".join(f"one.{name} = other.{name}" for name in ("__line", "__unit", "__place"))
    return (
        f"select {', '.join(picks)} from __before as one join __before as other on {on}"
        " and one.__pos < other.__pos and one.__rank is not null and other.__rank is not null"
    )
