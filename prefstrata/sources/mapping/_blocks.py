"""The blocks of a mapping, each compiled to the statement that fills one table of statements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from prefstrata.sources.mapping._cells import Evaluation
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import ExpressionError, text_literal
from prefstrata.sources.mapping._rankings import PAIRED, read_ranking
from prefstrata.sources.mapping._said import Builder, name_of, pseudonym
from prefstrata.sources.mapping._sql import Check, Step, composed, select, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefstrata.sources.mapping._config import Events, Mapping, Rankings, Ratings, Steps, Value, Votes, Withdrawals
    from prefstrata.sources.mapping._context import Context
    from prefstrata.sources.mapping._scope import Scope
    from prefstrata.sources.mapping._sql import Key
    from prefstrata.sources.mapping._units import Candidate

__all__ = ["CHOICES", "KINDS", "Block", "read_blocks"]

CHOICES = ("left", "right", "tie", "both_bad")
KINDS = (
    "like",
    "dislike",
    "accept",
    "reject",
    "copy",
    "retry",
    "edit",
    "follow_up",
    "dwell",
    "transfer",
    "abandon",
    "shown",
)


@dataclass(frozen=True)
class Block:
    """A compiled block: the staging table it fills, the statements that compute it, the responses it brings along.

    ``steps`` are statements, each over the one before, which it sees as ``__before``; the first reads ``__units``.
    """

    table: str
    steps: tuple[Step, ...]
    columns: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    used: frozenset[str]
    is_list: bool
    """Whether a record may say several things here."""
    texts_step: int = 0
    """The step whose rows hold the texts of the candidates."""


def read_blocks(
    mapping: Mapping, context: Context, scope: Scope, candidates: dict[str, Candidate]
) -> tuple[Block, ...]:
    """Compile all blocks, in the order votes, rankings, ratings, steps, events, withdrawals."""
    found: list[Block] = []
    for name, read in _READERS.items():
        for place, section in enumerate(getattr(mapping, name)):
            builder = _start((name, place), section.each, mapping, context, scope, candidates)
            builder.only(section.where)
            found.append(read(builder, section))
    return tuple(found)


def _start(  # noqa: PLR0913, PLR0917 - all that a block is compiled with
    block: Key, each: Value | None, mapping: Mapping, context: Context, scope: Scope, candidates: dict[str, Candidate]
) -> Builder:
    """A builder over the units, or over the elements of the block's list."""
    units = "__units"
    if each is None:
        source = select(["*", "0 as __place"], units, "__problem is null")
        return Builder(
            block, mapping, context, candidates, Evaluation(scope), source.replace("*", "* exclude (__problem)", 1)
        )
    evaluation = Evaluation(scope, "__i")
    key = (*block, "each")
    cell = evaluation.read(key, each, "list")
    _, type_ = Evaluation(scope).read_any(key, each)
    inner = select(["* exclude (__problem)", *evaluation.picks], units, "__problem is null")
    failed = [check.condition for check in cell.checks]
    listed = f"case when {failed[0]} then [null] else {cell.sql} end" if failed else cell.sql
    inner = select(["*", f"{listed} as __list"], inner)
    source = select(
        ["* exclude (__list)", "unnest(__list) as it", "generate_subscripts(__list, 1) - 1 as __place"], inner
    )
    try:
        builder = Builder(
            block, mapping, context, candidates, Evaluation(scope.plus("it", type_.removesuffix("[]"))), source
        )
    except ExpressionError as error:
        raise MappingError(key, str(error)) from error
    builder.first += cell.checks
    builder.evaluation.used |= evaluation.used
    builder.is_list = True
    return builder


def _done(builder: Builder, table: str, first: Step, *more: str) -> Block:
    columns = tuple(name for name in builder.columns if not name.startswith("__"))
    used = frozenset(builder.evaluation.used)
    is_list = builder.mapping.each is not None or builder.is_list
    return Block(table, (first, *map(Step, more)), columns, tuple(builder.texts.candidates), used, is_list)


def _dimension(builder: Builder, value: Value | None) -> str:
    found = builder.cell("dimension", value, "text", default=builder.context.default("dimension") or "overall")
    return builder.columns.setdefault("dimension", composed(found))


def _votes(builder: Builder, section: Votes) -> Block:
    choice = builder.main("choice", section.choice, "text", allowed=CHOICES)
    builder.prompt()
    left, right = builder.response("left", section.left), builder.response("right", section.right)
    builder.present("left", left)
    builder.present("right", right)
    where = spell(builder.block)
    builder.require(f"{left} <> {right}", "identical_sides", text_literal(f"{where}: both sides are the same text"))
    builder.columns |= {"left_id": left, "right_id": right}
    known = section.order == "shown" and section.judged_together is None
    builder.columns["order_known"] = "true" if known else "false"
    if section.order == "unknown":
        # The smaller id stands left, so that nothing can be read from a place that means nothing.
        swapped = f"case {choice.sql} when 'left' then 'right' when 'right' then 'left' else {choice.sql} end"
        builder.columns |= {
            "left_id": f"least({left}, {right})",
            "right_id": f"greatest({left}, {right})",
            "choice": f"case when {left} > {right} then {swapped} else {choice.sql} end",
        }
    strength = builder.put("strength", section.strength, "number")
    builder.scaled("strength", strength, "0", "1")
    _dimension(builder, section.dimension)
    builder.put("shown_at", section.shown_at, "time")
    builder.said(section, choice.spelled)
    if section.judged_together is None:
        builder.columns |= {"judgement_id": "cast(null as varchar)", "judgement_size": "cast(null as bigint)"}
        return _done(builder, "votes", builder.statement("choice"))
    size = builder.put("judgement_size", section.judged_together, "integer")
    builder.checks.append(
        Check(
            f"{size} < 2", "out_of_scale", f"{text_literal(f'{where}.judged_together is ')} || {size} || '; at least 2'"
        )
    )
    return _done(builder, "votes", builder.statement("choice"), _judgement(builder, "left_id || choice || right_id"))


def _judgement(builder: Builder, said: str) -> str:
    """Give the votes of one judgement one id, made from all that was said in it, so that it is the same in any file."""
    about = "text_field(own_id) || prompt_id || rater_id || text_field(dimension) || text_field(round)"
    source = text_literal(builder.context.source + "/")
    everything = f"string_agg({said}, '/' order by {said}) over (partition by __line, __unit, dimension, rater_id)"
    builder.columns["judgement_id"] = ""
    id_ = f"short_hash({source} || {about} || text_field(strftime(decided_at, '%Y-%m-%d %H:%M:%S.%f')) || {everything})"
    return select(["*", f"case when judgement_size is not null then {id_} end as judgement_id"], "__before")


def _rankings(builder: Builder, section: Rankings) -> Block:
    listed = read_ranking(builder, section)
    builder.columns["order_known"] = "false"
    _dimension(builder, section.dimension)
    builder.put("shown_at", section.shown_at, "time")
    builder.said(section, listed.spelled)
    block = _done(builder, "votes", builder.statement("__list"), *listed.steps(builder))
    if listed.candidate is None:
        return replace(block, columns=(*block.columns, *PAIRED), is_list=True)
    return replace(block, columns=(*block.columns, *PAIRED), candidates=(listed.candidate,), is_list=True, texts_step=1)


def _ratings(builder: Builder, section: Ratings) -> Block:
    value = builder.main("value", section.value, "number")
    low, high = (builder.cell(f"scale[{end}]", each, "number") for end, each in enumerate(section.scale))
    builder.columns |= {"scale_min": low, "scale_max": high}
    builder.scaled("value", value.sql, low, high)
    builder.prompt()
    builder.columns["response_id"] = builder.response("response", section.response)
    builder.present("response", builder.columns["response_id"])
    _dimension(builder, section.dimension)
    builder.said(section, value.spelled)
    return _done(builder, "ratings", builder.statement("value"))


def _steps(builder: Builder, section: Steps) -> Block:
    if section.each is None:
        raise MappingError((*builder.block, "each"), "this key is missing: the list of steps")
    builder.prompt()
    reward = builder.leaf("reward", section.reward, "number")
    builder.columns["reward"] = reward.sql
    builder.scaled("reward", reward.sql, "-1", "1")
    for name, value in (("state", section.state), ("output", section.output)):
        builder.texts.typed.append(f"normalise_text({builder.cell(name, value, 'text')}) as __{name}")
        builder.columns[name] = f"__{name}"
    where = spell(builder.block)
    builder.require("__output is not null", "missing_text", text_literal(f"{where}.output: the text is missing"))
    index = builder.cell("index", section.index, "integer")
    builder.columns["index"] = f"coalesce({index}, __place)"
    builder.put("unit", section.unit, "text", default="step")
    builder.put("template", section.template, "text")
    builder.said(section, reward.spelled)
    # Steps that were not judged stand in the trace with the others, or a solution would be shown with holes; who judged
    # none of them says nothing, and is no rater of it. One rater counts from 0, another from 1: the trace is the same,
    # so its steps are known by their rank.
    of = "partition by __line, __unit"
    trace = f"string_agg(text_field(state) || text_field(output), '' order by \"index\") over ({of})"
    detail = f'{text_literal(f"{where}: two steps have the index ")} || "index"'
    twice = f"count(*) over ({of}, \"index\") > 1 then {{'reason': 'duplicate_step', 'detail': {detail}}}"
    rank = f'row_number() over ({of} order by "index") - 1'
    wrong = f"case when __problem is null and {twice} else __problem end"
    first = select(
        [
            f'* replace ({rank} as "index", {wrong} as __problem)',
            f"short_hash(prompt_id || ':' || {trace}) as trace_id",
            f"count(reward) over ({of}, rater_id) as __judged",
        ],
        "__before",
    )
    judged = select(["*"], "__before", "__judged > 0 or __problem is not null")
    builder.columns["trace_id"] = ""
    return _done(builder, "steps", builder.statement("__line"), first, judged)


def _events(builder: Builder, section: Events) -> Block:
    kind = builder.main("kind", section.kind, "text", allowed=KINDS)
    response = None if section.response is None else builder.response("response", section.response)
    # Who clears an answer says "not this", and no blank one was there to choose: neither is an answer to rank.
    others = [
        builder.response(f"alternatives[{place}]", each, blank=False) for place, each in enumerate(section.alternatives)
    ]
    became = None if section.became is None else builder.response("became", section.became, blank=False)
    user = builder.cell("user", section.user, "name")
    context = builder.context
    builder.columns |= {
        "prompt_id": "__prompt_id",
        "response_id": response or "cast(null as varchar)",
        "alternatives": _listed(others),
        "became_id": became or "cast(null as varchar)",
        "user_id": builder.pseudonym(context.source, user),
    }
    builder.columns["session"] = composed(builder.cell("session", section.session, "name"))
    position = builder.put("position", section.position, "integer")
    where = spell(builder.block)
    builder.checks.append(
        Check(f"{position} < 0", "out_of_scale", f"{text_literal(f'{where}.position is ')} || {position} || '; from 0'")
    )
    builder.put("value", section.value, "number")
    builder.put("occurred_at", section.occurred_at, "time")
    builder.put("received_at", section.received_at, "time")
    for name in ("surface", "segment", "cohort"):
        builder.put(name, getattr(section, name), "text")
    builder.columns["address"] = "cast(null as varchar)"
    if section.address is not None:
        address = builder.cell("address", section.address, "name")
        builder.columns["address"] = builder.pseudonym(f"{context.source}/address", address)
    builder.said(section, kind.spelled, user=builder.columns["user_id"])
    builder.columns["decided_at"] = builder.columns["occurred_at"]
    return _done(builder, "events", builder.statement("kind"))


def _listed(ids: list[str]) -> str:
    """The ids that are not null as SQL, sorted, each once.

    Most products show two answers, so that there is one other, which needs no function of lists: those are dear.
    """
    none = "cast([] as varchar[])"
    if len(ids) > 1:
        return f"list_sort(list_distinct(list_filter([{', '.join(ids)}], lambda __each: __each is not null)))"
    return f"case when {ids[0]} is not null then [{ids[0]}] else {none} end" if ids else none


def _withdrawals(builder: Builder, section: Withdrawals) -> Block:
    user = builder.main("user", section.user, "name")
    builder.columns.pop("user")
    builder.columns["subject"] = pseudonym(section.source or builder.context.source, name_of(user.sql))
    at = section.requested_at
    # It holds whenever it was asked for: a time that cannot be read is no reason to go on using what was taken back.
    builder.columns["requested_at"] = (
        "cast(null as timestamp)"
        if at is None
        else builder.evaluation.read((*builder.block, "requested_at"), at, "time").sql
    )
    return _done(builder, "withdrawals", builder.statement("subject"))


_READERS: dict[str, Callable[[Builder, Any], Block]] = {
    "votes": _votes,
    "rankings": _rankings,
    "ratings": _ratings,
    "steps": _steps,
    "events": _events,
    "withdrawals": _withdrawals,
}
