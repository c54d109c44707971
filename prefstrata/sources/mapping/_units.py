"""The unit table: a prompt, how it is described, and its candidates; one row per record or element of ``each``.

Each text is normalised and hashed here, once; what is said about it carries ids from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.sources.mapping._cells import Evaluation
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._expressions import quoted, text_literal
from prefstrata.sources.mapping._sql import Check, Key, Step, composed, is_constant, literal, problem, select

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Dict

    from prefstrata.sources.mapping._config import Mapping, Prompt, Response
    from prefstrata.sources.mapping._context import Context
    from prefstrata.sources.mapping._records import Level
    from prefstrata.sources.mapping._sql import Cell

__all__ = ["RISKS", "Candidate", "Texts", "read_response", "tags", "unit_table"]

RISKS = ("low", "medium", "high")
_PARTS = ("id", "text", "generator", "generator_family", "sampling")
_ROLES = ("system", "user", "assistant", "tool")
_ALSO = {"developer": "system", "human": "user", "ai": "assistant", "function": "tool"}
"""What APIs and frameworks call these, too."""


@dataclass(frozen=True)
class Candidate:
    """A response by the columns that hold it: id, text, generator, generator_family, sampling."""

    key: str
    prefix: str

    def __getitem__(self, name: str) -> str:
        """The column of one of its parts."""
        return f"{self.prefix}{name}"


@dataclass
class Texts:
    """The responses whose text a table computes, and the projections that compute them, level by level.

    ``constants`` holds the SQL of columns that are the same in every row.
    """

    candidates: list[Candidate]
    typed: list[str]
    hashed: list[str]
    checks: list[Check]
    constants: dict[str, str]

    @property
    def parts(self) -> dict[str, str]:
        """The columns of all candidates by their SQL over the hashed level."""
        return self.read(each[part] for each in self.candidates for part in _PARTS)

    def read(self, names: Iterable[str]) -> dict[str, str]:
        """Columns by their SQL over the hashed level."""
        return {name: self.constants.get(name, name) for name in names}

    def put(self, name: str, sql: str) -> None:
        """Compute a column at the typed level, unless it is the same in every row."""
        if is_constant(sql):
            self.constants[name] = sql
        else:
            self.typed.append(f"{sql} as {name}")


def read_response(  # noqa: PLR0913 - all that a response is compiled with
    key: Key, response: Response, evaluation: Evaluation, texts: Texts, prefix: str, *, blank: bool = True
) -> Candidate:
    """Add a response given by its text; a null text leaves its id null, and so does a blank one unless ``blank``."""
    candidate = Candidate(str(key[-1]), prefix)
    text = evaluation.read((*key, "text"), response.text, "text")
    cells = {
        "generator": evaluation.read((*key, "generator"), response.generator, "name"),
        "generator_family": evaluation.read((*key, "generator_family"), response.generator_family, "text"),
        "sampling": evaluation.read((*key, "sampling"), response.sampling, "json"),
    }
    texts.checks += [check for cell in (text, *cells.values()) for check in cell.checks]
    said = f"normalise_text({text.sql})"
    kept = said if blank else f"case when has_words({said}) then {said} end"
    texts.typed.append(f"{kept} as {candidate['text']}")
    for name, cell in cells.items():
        texts.put(candidate[name], cell.sql if name == "sampling" else composed(cell.sql))
    texts.hashed.append(f"response_id(__prompt_id, {candidate['text']}) as {candidate['id']}")
    texts.candidates.append(candidate)
    return candidate


def unit_table(
    mapping: Mapping, context: Context, level: Level, kept: Dict[str, str]
) -> tuple[Step, dict[str, Candidate]]:
    """The statement of the unit table, and its candidates by key.

    Columns: ``__line``, ``__unit``, the kept names, ``__messages``, ``__prompt_id``, ``__task`` and its like, those of
    the candidates, and ``__problem``.
    """
    evaluation = Evaluation(level.scope)
    texts = Texts([], [], [], list(level.checks), {})
    messages, contents, id_ = _prompt(mapping.prompt, evaluation, texts)
    described = _described(mapping, context, evaluation, texts)
    for name, response in mapping.responses.items():
        if response.text is None:
            raise MappingError(("responses", name), f"`text` is missing: write `{name}: {{text: …}}`")
        read_response(("responses", name), response, evaluation, texts, f"__r{len(texts.candidates)}_")
    names = {name: quoted(name) for name in kept}
    texts.put("__problem", problem(texts.checks))
    evaluated = select(["*", *evaluation.picks], level.sql)
    typed = select(["__line", "__unit", *names.values(), *texts.typed], evaluated)
    hashed = select(["*", *texts.hashed], select(["*", f"{id_} as __prompt_id"], typed))
    columns = texts.read(["__line", "__unit", "__prompt_id", *contents, *described, "__problem"]) | names | texts.parts
    step = Step.of(columns, hashed, also=f"{messages} as __messages")
    return step, {candidate.key: candidate for candidate in texts.candidates}


def tags(cell: Cell) -> str:
    """A list of texts, sorted, each once, without nulls; empty when there is none."""
    return f"coalesce(list_sort(list_distinct({cell.sql})), cast([] as varchar[]))"


def _prompt(prompt: Prompt | None, evaluation: Evaluation, texts: Texts) -> tuple[str, list[str], str]:
    """The messages over the typed level, that level's columns which they are made of, and the id over that level."""
    none = "cast(null as struct(role varchar, content varchar)[])"
    if prompt is None:
        return none, [], "cast(null as varchar)"
    if prompt.messages is not None:
        cell = evaluation.read(("prompt", "messages"), prompt.messages, "messages")
        texts.checks += cell.checks
        roles = literal((*_ROLES, *_ALSO))
        bad = (
            f"len({cell.sql}) = 0 or len(list_filter({cell.sql}, lambda __each: __each.content is null"
            f" or __each.role is null or not list_contains({roles}, __each.role))) > 0"
            f" or {_role(f'{cell.sql}[-1].role')} not in ('user', 'tool')"
        )
        detail = (
            "prompt: every message needs a role (system, user, assistant, tool) and content, and the last is a user's"
        )
        texts.checks.append(Check(bad, "bad_prompt", text_literal(detail)))
        message = f"{{'role': {_role('__each.role')}, 'content': normalise_text(__each.content)}}"
        normal = f"list_transform({cell.sql}, lambda __each: {message})"
        texts.put("__given", normal)
        messages = _unless_empty("__given")
        return messages, ["__given"], f"prompt_id({messages})"
    turns = prompt.turns or ()
    parts = (
        [(None, "user", evaluation.read(("prompt",), prompt.text, "text"))]
        if prompt.text is not None
        else [
            (place, t.role, evaluation.read(("prompt", place, "content"), t.content, "text"))
            for place, t in enumerate(turns)
        ]
    )
    texts.checks += [check for _, _, cell in parts for check in cell.checks]
    contents = [f"__m{place}" for place in range(len(parts))]
    texts.typed += [f"normalise_text({cell.sql}) as __m{place}" for place, (_, _, cell) in enumerate(parts)]
    named = [(f"__m{place}", text_literal(role)) for place, (_, role, _) in enumerate(parts)]
    listed = ", ".join(f"{{'role': {role}, 'content': {name}}}" for name, role in named)
    messages = (
        f"[{listed}]" if len(parts) == 1 else f"list_filter([{listed}], lambda __each: __each.content is not null)"
    )
    # What prompt_id makes of these messages, at a third of the cost: a list of structs is dear.
    said = [f"case when {name} is not null then message_field({role}, {name}) else '' end" for name, role in named]
    given = f"case when has_words({contents[-1]}) then"
    return f"{given} {messages} end", contents, f"{given} short_hash({' || '.join(said)}) end"


def _role(sql: str) -> str:
    """A role by the name it has here."""
    branches = "".join(f" when {text_literal(also)} then {text_literal(role)}" for also, role in _ALSO.items())
    return f"case {sql}{branches} else {sql} end"


def _unless_empty(column: str) -> str:
    """A prompt whose last message is empty or blank asks nothing: it is as good as missing."""
    return f"case when has_words({column}[-1].content) then {column} end"


def _described(mapping: Mapping, context: Context, evaluation: Evaluation, texts: Texts) -> list[str]:
    """Add the columns of the prompt's description; their names."""
    cells = {
        "task": evaluation.read(("task",), mapping.task, "text"),
        "scenario": evaluation.read(("scenario",), mapping.scenario, "text"),
        "risk_level": evaluation.read(("risk_level",), mapping.risk_level, "text", allowed=RISKS),
        "language": evaluation.read(("language",), mapping.language, "text"),
    }
    tagged = evaluation.read(("tags",), mapping.tags, "texts")
    texts.checks += [check for cell in (*cells.values(), tagged) for check in cell.checks]
    found = {f"__{name}": f"coalesce({composed(cell.sql)}, {_default(context, name)})" for name, cell in cells.items()}
    default = literal(sorted(set(context.default("tags") or ())))
    own = f"coalesce({tagged.sql}, cast({default} as varchar[]))"
    found["__tags"] = f"list_sort(list_distinct({own}))"
    for name, sql in found.items():
        texts.put(name, sql)
    return list(found)


def _default(context: Context, name: str) -> str:
    return f"cast({literal(context.default(name))} as varchar)"
