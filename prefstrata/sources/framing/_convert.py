"""The one conversion: JSON slices that the bulk reader cut out become exactly typed values, or an error.

The bulk reader hands over each leaf as JSON (its own conversions are lenient: they turn 1 into '1' and 1e400 into
infinity). The first character of a slice tells its type for sure, so checking costs next to nothing.

Texts are most of all bytes, and a slice of one is written anew by the reader and parsed once more here. So texts may be
read as they are: what JSON spells without quotes then arrives in its own spelling (1 as '1'), and a text that could be
such a spelling is the only one in doubt.
"""

from __future__ import annotations

from typing import Literal

from prefstrata.sources.framing._fields import Fields, FieldType, ListOf, MapOf, ObjectOf, Scalar, identifier, literal

__all__ = ["IN_DOUBT", "Texts", "reader", "value"]

Texts = Literal["sliced", "plain"]
"""How texts are read: as slices of JSON, always exact; or as they are, failing (`IN_DOUBT`) at the first that another
type may have spelled."""

IN_DOUBT = "a text or another type"
_WRONG = "error('a value of another type')"
_EXACT = 2**53


def reader(path: str, fields: Fields, *, record_bytes: int, texts: Texts = "sliced") -> str:
    """The typed read of newline-delimited JSON at ``path``, every leaf still JSON but for texts read as they are."""
    columns = ", ".join(f"{identifier(name)}: {literal(_slices(type_, texts))}" for name, type_ in fields.items())
    return (
        f"read_json({literal(path)}, format = 'newline_delimited', compression = 'none', auto_detect = false,"
        f" maximum_object_size = {max(16 << 20, record_bytes + 4096)}, columns = {{{columns}}})"
    )


def value(expression: str, type_: FieldType, texts: Texts = "sliced", level: int = 0) -> str:
    """The SQL that turns ``expression``, as `reader` cut it, into a value of ``type_``."""
    match type_:
        case Scalar("json"):
            return f"{expression}::varchar"
        case Scalar("text") if texts == "plain":
            doubt = f"when {_MAY_BE_SPELLED.format(x=expression)} then error('{IN_DOUBT}')"
            return f"case when {expression} is null then null {doubt} else {expression} end"
        case Scalar(name):
            return f"case when {expression} is null then null {_BRANCHES[name].format(x=expression)} else {_WRONG} end"
        case ListOf(item):
            each = f"__e{level}"
            return f"list_transform({expression}, lambda {each}: {value(each, item, texts, level + 1)})"
        case ObjectOf(fields):
            members = ", ".join(
                f"{literal(name)}: {value(f'{expression}.{identifier(name)}', member, texts, level)}"
                for name, member in fields.items()
            )
            return f"case when {expression} is null then null else {{{members}}} end"
        case MapOf(item):
            each = f"__e{level}"
            entry = f"{{'key': {each}.key, 'value': {value(f'{each}.value', item, texts, level + 1)}}}"
            return f"map_from_entries(list_transform(map_entries({expression}), lambda {each}: {entry}))"


# A range and not a list of characters: DuckDB makes a join of a long list, and a join loses the order of the lines.
_IS_NUMBER = "left({x}, 1) between '0' and '9' or left({x}, 1) = '-'"
# The order of characters does most of the work: digits and the minus sign are before the colon, [ is before the
# backslash, { is the last that begins any value. A time begins with digits too, and has a colon, which no number has.
_MAY_BE_SPELLED = (
    "{x} < ':' and not contains({x}, ':') and regexp_full_match({x}, '-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?')"
    " or {x} >= '{{' and starts_with({x}, '{{') and ends_with({x}, '}}')"
    " or {x} >= '[' and {x} < '\\' and ends_with({x}, ']')"
    " or {x} = 'true' or {x} = 'false'"
)
_BRANCHES = {
    "text": "when left({x}, 1) = '\"' then {x} ->> '$'",
    "integer": "when regexp_full_match({x}, '-?[0-9]+') then {x}::varchar::bigint"
    f" when ({_IS_NUMBER})"
    f" and abs({{x}}::varchar::double) <= {_EXACT} and floor({{x}}::varchar::double) = {{x}}::varchar::double"
    " then {x}::varchar::double::bigint",
    "number": f"when ({_IS_NUMBER}) and isfinite({{x}}::varchar::double) then {{x}}::varchar::double",
    "boolean": "when {x} = 'true' then true when {x} = 'false' then false",
}


def _slices(type_: FieldType, texts: Texts) -> str:
    match type_:
        case Scalar("text") if texts != "sliced":
            return "varchar"
        case Scalar():
            return "json"
        case ListOf(item):
            return f"{_slices(item, texts)}[]"
        case ObjectOf(fields):
            members = (f"{identifier(name)} {_slices(member, texts)}" for name, member in fields.items())
            return f"struct({', '.join(members)})"
        case MapOf(item):
            return f"map(varchar, {_slices(item, texts)})"
