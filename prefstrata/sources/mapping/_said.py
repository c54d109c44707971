"""What every statement has: who said it, when, why, under which policy; and which responses it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prefstrata.sources._pseudonyms import BLANKS
from prefstrata.sources.mapping._config import Statement
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import text_literal
from prefstrata.sources.mapping._sql import UNSAID, Check, Step, composed, literal, problem, select, spell
from prefstrata.sources.mapping._units import Candidate, Texts, read_response, tags

if TYPE_CHECKING:
    from prefstrata.sources.mapping._cells import Evaluation, Want
    from prefstrata.sources.mapping._config import Mapping, Response, Value
    from prefstrata.sources.mapping._context import Context
    from prefstrata.sources.mapping._sql import Cell, Key

__all__ = ["Builder", "name_of", "pseudonym"]


@dataclass
class Builder:
    """Puts together the statement that fills one table of statements from one block of the mapping.

    ``first`` checks are made before it is known whether anything is said, ``checks`` after. ``columns`` are the
    table's, by name.
    """

    block: Key
    mapping: Mapping
    context: Context
    candidates: dict[str, Candidate]
    evaluation: Evaluation
    source: str
    texts: Texts = field(default_factory=lambda: Texts([], [], [], [], {}))
    columns: dict[str, str] = field(default_factory=dict)
    first: list[Check] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    where: str = ""
    is_list: bool = False
    names: list[tuple[str, str]] = field(default_factory=list)
    """Users' names as SQL over the evaluated level, each after the source that its pseudonym is of."""

    def main(self, name: str, value: Value, want: Want, *, allowed: tuple[str, ...] = ()) -> Cell:
        """Read the leaf without which nothing is said."""
        found = self.evaluation.read((*self.block, name), value, want, allowed=allowed)
        self.first += found.checks
        self.first.append(Check(f"{found.sql} is null", UNSAID, ""))
        self.columns[name] = found.sql
        return found

    def put(self, name: str, value: Value | None, want: Want, *, default: object = None) -> str:
        """Read a leaf into the column of its name; returns its SQL."""
        return self.columns.setdefault(name, self.cell(name, value, want, default=default))

    def cell(self, name: str, value: Value | None, want: Want, *, default: object = None) -> str:
        """Read a leaf as SQL; see :meth:`leaf`."""
        found = self.leaf(name, value, want).sql
        return found if default is None else f"coalesce({found}, {literal(default)})"

    def leaf(self, name: str, value: Value | None, want: Want, *, allowed: tuple[str, ...] = ()) -> Cell:
        """Read a leaf and keep what can be wrong with it; where the block has none, the mapping's own is read."""
        key: Key = (*self.block, name)
        if value is None and name in _INHERITED:
            key, value = (name,), getattr(self.mapping, name)
        found = self.evaluation.read(key, value, want, allowed=allowed)
        self.checks += found.checks
        return found

    def require(self, condition: str, reason: str, detail: str) -> None:
        """Refuse rows that do not meet a condition; the detail is SQL."""
        self.checks.append(Check(f"not coalesce({condition}, false)", reason, detail))

    def only(self, where: Value | None) -> None:
        """Keep rows that meet the block's ``where``; others say nothing here."""
        if where is None:
            return
        found = self.evaluation.read((*self.block, "where"), where, "boolean")
        self.first[:0] = found.checks
        failed = "".join(f" or {check.condition}" for check in found.checks)
        self.where = f"coalesce({found.sql}, false){failed}"

    def pseudonym(self, source: str, name: str) -> str:
        """The column that holds, over the hashed level, the pseudonym of a name as it was found; see `pseudonym`."""
        if (source, name) not in self.names:
            self.names.append((source, name))
        return f"__pseudonym{self.names.index((source, name))}"

    def said(self, statement: object, spelled: str, *, user: str | None = None) -> None:
        """Rater, times and reasons, from a section that has those keys; ``spelled`` is the judgement in the file.

        Where the rater is a user whose pseudonym a column holds already, ``user`` is that column.
        """
        of = {name: getattr(statement, name, None) for name in _INHERITED}
        name = self.cell("rater", of["rater"], "name")
        self.columns["rater_id"] = self._rater(name) if user is None else self._called(user)
        for part in ("level", "family", "version", "rationale"):
            self.put(part, of[part], "text")
        for part in ("policy", "rubric", "round"):
            self.put(part, of[part], "text", default=self.context.default(part))
        self.put("decided_at", of["decided_at"], "time")
        self.columns["own_id"] = composed(self.cell("id", of["id"], "name"))
        self.columns["reason_tags"] = tags(self.leaf("reason_tags", of["reason_tags"], "texts"))
        self.columns["raw"] = self.cell("raw", of["raw"], "text") if of["raw"] or self.mapping.raw else spelled

    def prompt(self) -> None:
        """Refuse statements about no prompt."""
        self.require("__prompt_id is not null", "missing_text", "'prompt: the text is missing'")
        self.columns["prompt_id"] = "__prompt_id"

    def response(self, name: str, response: Response, *, blank: bool = True) -> str:
        """The id of a response as SQL over the hashed level; null where its text is missing, or not to be ``blank``."""
        key: Key = (*self.block, name)
        if response.text is not None:
            prefix = f"__t{len(self.texts.candidates)}_"
            return read_response(key, response, self.evaluation, self.texts, prefix, blank=blank)["id"]
        if response.key is not None:
            if response.key not in self.candidates:
                known = ", ".join(self.candidates) or "none declared"
                raise MappingError(key, f"there is no response {response.key!r} under `responses`: {known}")
            return _id(self.candidates[response.key], blank=blank)
        found = self.leaf(f"{name}.pick", response.pick, "text", allowed=tuple(self.candidates))
        ids = {each: _id(candidate, blank=blank) for each, candidate in self.candidates.items()}
        branches = "".join(f" when {text_literal(each)} then {id_}" for each, id_ in ids.items())
        if not branches:
            raise MappingError(key, "there is nothing to pick: `responses` declares no candidate")
        return f"case {found.sql}{branches} end"

    def present(self, name: str, id_: str) -> None:
        """Refuse statements about a response without text."""
        self.require(
            f"{id_} is not null", "missing_text", text_literal(f"{spell((*self.block, name))}: the text is missing")
        )

    def _rater(self, name: str) -> str:
        """``supervisor:name``; a user's is a pseudonym."""
        if self.context.supervisor == "user":
            return self._called(self.pseudonym(self.context.source, name))
        return self._called(_said_name(name))

    def _called(self, name: str) -> str:
        """Unnamed raters are one pool with the name of the source."""
        return f"{text_literal(self.context.supervisor + ':')} || coalesce({name}, {text_literal(self.context.source)})"

    def statement(self, said: str) -> Step:
        """The statement: rows whose column ``said`` says something, or that have a problem."""
        evaluated = select(["*", *self.evaluation.picks], self.source)
        typed = select(["*", *self.texts.typed], evaluated, self.where)
        hashed = select(["*", *self.texts.hashed], self._with_pseudonyms(typed, select(["*"], evaluated, self.where)))
        columns = {name: name for name in ("__line", "__unit", "__place")} | self.texts.parts
        columns |= {name: sql for name, sql in self.columns.items() if sql}
        columns["__problem"] = problem([*self.first, *self.texts.checks, *self.checks])
        return Step.of(columns, hashed, said=said)

    def _with_pseudonyms(self, rows: str, named: str) -> str:
        """The rows with the pseudonyms of their names, each computed once, however many rows bear it.

        A pseudonym costs four blocks of SHA-256, and few users do many things. Names are told apart as they were found:
        what is composed and trimmed is told once, too.
        """
        joined = f"({rows})"
        for place, (source, name) in enumerate(self.names):
            borne = select([f"distinct {name} as __name{place}"], named)
            called = pseudonym(source, _said_name(f"__name{place}"))
            known = select([f"__name{place}", f"{called} as __pseudonym{place}"], borne)
            joined += f"\nleft join ({known}) on __name{place} = {name}"
        return joined if self.names else rows

    def scaled(self, name: str, sql: str, low: str, high: str) -> None:
        """Refuse a number outside its scale."""
        path = spell((*self.block, name))
        detail = f"{text_literal(f'{path} is ')} || {sql} || '; the scale is ' || {low} || ' to ' || {high}"
        inside = f"{sql} between least({low}, {high}) and greatest({low}, {high}) and {low} <> {high}"
        inside = f"{inside} and abs({high} - {low}) < 1e308"  # on a longer scale no place of a value can be told
        self.checks.append(Check(f"{sql} is not null and not coalesce({inside}, false)", "out_of_scale", detail))


_INHERITED = tuple(Statement.model_fields)


def name_of(text: str) -> str:
    """A name as SQL, composed and without the white space at its ends: what ``pseudonym_of`` makes of the same text.

    Looking at both ends first is ten times cheaper than trimming, and most names have nothing there.
    """
    outside = f"{text} < '!' or {text} >= chr(127) or right({text}, 1) not between '!' and '~'"
    return composed(f"case when {outside} then trim({text}, {text_literal(BLANKS)}) else {text} end")


def _said_name(text: str) -> str:
    """The same; null where there is nothing else."""
    return f"nullif({name_of(text)}, '')"


def pseudonym(source: str, name: str) -> str:
    """The keyed pseudonym of a user as SQL: an HMAC-SHA-256 under the key that the connection was unlocked with.

    A source's name has no slash, so the slash divides in one way.
    """
    inner = f"sha256(getvariable('pseudonym_inner') || encode({text_literal(source + '/')} || {name}))"
    return f"left(sha256(getvariable('pseudonym_outer') || unhex({inner})), 32)"


def _id(candidate: Candidate, *, blank: bool) -> str:
    """The id of a declared response; null where its text says nothing and is not to be ``blank``."""
    return candidate["id"] if blank else f"case when has_words({candidate['text']}) then {candidate['id']} end"
