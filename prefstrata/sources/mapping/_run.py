"""Runs a compiled mapping over framed files: staged rows for what is accepted, reasons for what is refused."""

# ruff: noqa: S608 - statements are put together here; every name in them is ours, every text a literal

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prefstrata.engine import parsed
from prefstrata.model.tables import table
from prefstrata.sources.framing import LINE_BITS
from prefstrata.sources.mapping._demand import REASON_NEEDED, TAG_NEEDED
from prefstrata.sources.mapping._expressions import quoted, text_literal
from prefstrata.sources.mapping._sql import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    import duckdb

    from prefstrata.sources.mapping._blocks import Block
    from prefstrata.sources.mapping._compile import Compiled
    from prefstrata.sources.mapping._demand import Demand, Needed

__all__ = ["File", "Refused", "stage"]

_PARTS = ("generator", "generator_family", "sampling")
# Records mapped at once. Texts are held twice while they are mapped, so this bounds the memory, whatever the file; it
# is two of DuckDB's row groups, because one row group is the work of one thread.
_AT_ONCE = 2 * 122_880
_PLACE = "(row_number() over (partition by __line order by __unit, __place) - 1)"


@dataclass(frozen=True)
class Refused:
    """A record refused by its mapping; of several files, its line is its number among all."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True)
class File:
    """A file that is mapped: its batch, and its name, which expressions see as ``file``."""

    batch_id: str
    name: str


def stage(  # noqa: PLR0913 - what is read, for whom, and where it goes
    connection: duckdb.DuckDBPyConnection,
    compiled: Compiled,
    framed: str,
    *,
    files: Sequence[File],
    columns: Collection[str],
    joined: str | None = None,
    demand: Demand | None = None,
    all_texts: bool = False,
) -> list[Refused]:
    """Fill ``staging.*`` (but for batches and rejects) from the framed table; records are accepted or refused whole.

    Args:
        connection: holds the framed table and the staging tables.
        compiled: the mapping.
        framed: temp table with ``__line`` and the declared fields; of several files, numbered as by `frame_together`.
        files: those that it holds.
        columns: the declared fields.
        joined: temp table of the joined file's accepted records.
        demand: where votes need a reason.
        all_texts: stage the texts of every record, and not from the first one alone that describes them so.

    Returns:
        The records that the mapping refused.
    """
    refused: list[Refused] = []
    for lines in _spans(connection, framed):
        run = _Run(connection, compiled, files, all_texts=all_texts)
        try:
            run.records(framed, columns, lines)
            if joined is not None:
                run.joined(joined)
            run.compute()
            refused += run.refuse(demand)
            run.insert()
        finally:
            run.drop()
    return refused


def _spans(connection: duckdb.DuckDBPyConnection, framed: str) -> Iterator[tuple[int, int]]:
    """First and last numbers of the records that are mapped at once: a piece of a file, or some small files."""
    files = connection.execute(
        f"select min(__line), max(__line) from {framed} group by __line >> {LINE_BITS} order by 1"
    ).fetchall()
    begun: tuple[int, int] | None = None
    room = 0
    for first, last in files:
        start = first
        if begun and last - first < room:
            begun = begun[0], last
        else:
            if begun:
                yield begun
            *whole, start = range(first, last + 1, _AT_ONCE)
            yield from ((each, each + _AT_ONCE - 1) for each in whole)
            begun, room = (start, last), _AT_ONCE
        room -= last - start + 1
    if begun:
        yield begun


class _Run:
    """The temp tables of what is mapped at once, in the order in which they are made."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, compiled: Compiled, files: Sequence[File], *, all_texts: bool
    ) -> None:
        self._connection, self._compiled, self._files, self._all_texts = connection, compiled, files, all_texts
        self._made: list[str] = []
        self._kept = ""

    def _of_file(self, texts: Sequence[str], number: str = "__line") -> str:
        """The text of a record's file as SQL."""
        if len(texts) == 1:
            return text_literal(texts[0])
        return f"list_extract([{', '.join(map(text_literal, texts))}], ({number} >> {LINE_BITS}) + 1)"

    def _line(self, number: str = "__line") -> str:
        """A record's line in its file as SQL."""
        return number if len(self._files) == 1 else f"{number} & {(1 << LINE_BITS) - 1}"

    def _batch(self, number: str = "__line") -> str:
        """A record's batch as SQL."""
        return self._of_file([each.batch_id for each in self._files], number)

    def _execute(self, sql: str) -> list[tuple[object, ...]]:
        return self._connection.execute(sql).fetchall()

    def _make(self, name: str, step: Step) -> None:
        kept = name if step.seen == "*" else f"{name}_kept"
        self._made.append(f"table if exists {kept}")
        # Of a mapping it is the same for all that is read.
        self._connection.execute(
            parsed(self._connection, f"create or replace temp table {kept} as {step.rows}")
        ).fetchall()
        if kept != name:
            self._made.append(f"view if exists {name}")
            self._execute(f"create or replace temp view {name} as select {step.seen} from {kept}")

    def records(self, framed: str, columns: Collection[str], lines: tuple[int, int]) -> None:
        taken = {name.lower() for name in columns}
        own = {"line": self._line(), "file": self._of_file([each.name for each in self._files])}
        extra = "".join(f", {sql} as {name}" for name, sql in own.items() if name not in taken)
        self._execute(
            f"create or replace temp view __record as select *{extra} from {framed}"
            f" where __line between {lines[0]} and {lines[1]}"
        )

    def joined(self, joined: str) -> None:
        keys = ", ".join(quoted(name) for name in self._compiled.join_on)
        first = f"qualify row_number() over (partition by {keys} order by __line) = 1"
        matches = f"count(*) over (partition by {keys}) as __matches"
        self._make("__joined", Step(f"select *, {matches} from {joined} {first}"))

    def compute(self) -> None:
        self._make("__units", self._compiled.units)
        for block, names in self._named():
            before = "__units"
            for name, step in zip(names, block.steps, strict=True):
                rows = step.rows if before == "__units" else step.rows.replace("__before", before)
                self._make(name, replace(step, rows=rows))
                before = name

    def _named(self) -> Iterator[tuple[Block, list[str]]]:
        for place, block in enumerate(self._compiled.blocks):
            yield block, [f"__s{place}_{step}" for step in range(len(block.steps))]

    def refuse(self, demand: Demand | None) -> list[Refused]:
        """Make the table of refused records: the first problem of each."""
        found = ["select __line, [0, __unit, 0] as place, __problem from __units where __problem is not null"]
        for number, (_, names) in enumerate(self._named()):
            place = f"[{number + 1}, __unit, __place]"
            found += [
                f"select __line, {place}, __problem from {name} where __problem is not null"
                for name in sorted({names[0], names[-1]})
            ]
        first = "arg_min(__problem, place) as problem"
        self._make("__refused", Step(f"select __line, {first} from ({' union all '.join(found)}) group by __line"))
        spoken = " union all ".join(f"select __line from {names[-1]}" for _, names in self._named())
        silent = "{'reason': 'says_nothing', 'detail': 'no vote, rating, step or event could be read from it'}"
        self._execute(
            f"insert into __refused select distinct __line, {silent} from __units"
            f" where __line not in (select __line from __refused) and __line not in ({spoken})"
        )
        if demand is not None and demand.sql:
            self._demand(demand.sql, REASON_NEEDED)
        if demand is not None and demand.tagged_sql:
            self._demand(demand.tagged_sql, TAG_NEEDED)
        if demand is not None and demand.latest is not None:
            self._date(demand.latest)
        rows = self._execute("select __line, problem.reason, problem.detail from __refused order by __line")
        if rows:
            self._kept = " where __line not in (select __line from __refused)"
        return [Refused(int(str(line)), str(reason), str(detail)) for line, reason, detail in rows]

    def _date(self, latest: datetime) -> None:
        """Refuse votes decided later than they can have been: the latest of a rater is the one that holds."""
        said = "'decided_at is ' || strftime(max(decided_at), '%Y-%m-%d %H:%M:%S') || ', and it is not that late yet'"
        for block, names in self._named():
            if block.table == "votes":
                self._execute(
                    f"insert into __refused select __line, {{'reason': 'in_the_future', 'detail': {said}}}"
                    f" from {names[-1]} where decided_at > timestamp '{latest:%Y-%m-%d %H:%M:%S}'"
                    " and __line not in (select __line from __refused) group by __line"
                )

    def _demand(self, where: str, needed: Needed) -> None:
        votes = [
            f"select __line, __unit, dimension, reason_tags, rationale from {names[-1]}"
            for block, names in self._named()
            if block.table == "votes"
        ]
        if not votes:
            return
        needs = (
            f"{{'reason': '{needed.reason}', 'detail': 'the policy asks for {needed.what} at '"
            " || coalesce(any_value(__risk_level), 'low') || ' risk in ' || coalesce(any_value(__scenario), 'general')}"
        )
        self._execute(
            f"insert into __refused select __line, arg_min(problem, __unit) from ("
            f" select __line, __unit, {needs} as problem from ({' union all '.join(votes)})"
            # Of the units no more than this: a record may have fields with the names of a vote's.
            " join (select __line, __unit, __scenario, __risk_level from __units) as asked using (__line, __unit)"
            f" where {where} group by __line, __unit"
            f" having bool_and(not {needed.given} and dimension = 'overall')"
            ") where __line not in (select __line from __refused) group by __line"
        )

    def insert(self) -> None:
        """Hand over what every accepted record says."""
        blocks = list(self._named())
        self._prompts()
        self._responses(blocks)
        tables = [block.table for block, _ in blocks]
        for place, (block, names) in enumerate(blocks):
            same = tables.count(block.table)
            item = f"{_PLACE if block.is_list else '0'} * {same} + {tables[:place].count(block.table)}"
            self._statements(block, names[-1], item)
        self._raters(blocks)

    def _prompts(self) -> None:
        described = ("task", "scenario", "risk_level", "language", "tags")
        picks = ", ".join(f"__{name} as {name}" for name in described)
        found = f"select __line, __prompt_id as prompt_id, __messages as messages, {picks} from __units{self._kept}"
        self._insert_first("prompts", "prompt_id", described, found)

    def _responses(self, blocks: list[tuple[Block, list[str]]]) -> None:
        places = [(each.prefix, "__units", "__prompt_id") for each in self._compiled.candidates]
        places += [
            (each.prefix, names[block.texts_step], "prompt_id") for block, names in blocks for each in block.candidates
        ]
        found = []
        for prefix, source, prompt in places:
            parts = ", ".join(f"{prefix}{name} as {name}" for name in _PARTS)
            picks = f"{prefix}id as response_id, {prompt} as prompt_id, {prefix}text as content, {parts}"
            found.append(f"select __line, {picks} from {source}{self._kept}")
        if found:
            self._insert_first("responses", "response_id", _PARTS, " union all ".join(found))

    def _insert_first(self, name: str, key: str, described: Collection[str], found: str) -> None:
        """Hand over texts from the first record alone that describes them so: the ledger would drop the others.

        Texts are most of all bytes, and most of them come once per vote.
        """
        present = f"({found}) where {key} is not null"
        if self._all_texts:
            self._insert(name, "* exclude (__line)", present)
            return
        first = f"select {key}, min(__line) from {present} group by {', '.join((key, *described))}"
        self._insert(name, "* exclude (__line)", f"{present} and ({key}, __line) in ({first})")

    def _statements(self, block: Block, source: str, item: str) -> None:
        declared = [column.name for column in table(f"staging.{block.table}").columns]
        picks = [quoted(name) for name in block.columns if name in declared]
        if "item" in declared:
            picks.append(f"{item} as item")
        self._insert(block.table, ", ".join(picks), f"{source}{self._kept}")

    def _insert(self, name: str, picks: str, rows: str) -> None:
        self._execute(
            f"insert into staging.{name} by name"
            f" select {self._batch()} as batch_id, {self._line()} as line, {picks} from {rows}"
        )

    def _raters(self, blocks: list[tuple[Block, list[str]]]) -> None:
        of = ("rater_id", "level", "family", "version")
        found = " union all ".join(
            f"select __line, {', '.join(of)} from {names[-1]}{self._kept}"
            for block, names in blocks
            if "rater_id" in block.columns
        )
        if found:
            self._execute(
                f"insert into staging.raters by name select {self._batch('min(__line)')} as batch_id,"
                f" {self._line('min(__line)')} as line, {', '.join(of)} from ({found}) group by {', '.join(of)}"
            )

    def drop(self) -> None:
        for made in reversed(self._made):
            self._execute(f"drop {made}")
        self._execute("drop view if exists __record")
