"""The one conversion: JSON slices that the bulk reader cut out become exactly typed values, or an error.

The bulk reader hands over each leaf as JSON (its own conversions are lenient: they turn 1 into '1' and 1e400 into
infinity). The first character of a slice tells its type for sure, so checking costs next to nothing.
"""

from __future__ import annotations

from prefstrata.sources.framing._fields import Fields, FieldType, ListOf, MapOf, ObjectOf, Scalar, identifier, literal

__all__ = ["reader", "value"]

_WRONG = "error('a value of another type')"
_EXACT = 2**53


def reader(path: str, fields: Fields, *, record_bytes: int) -> str:
    """The typed read of newline-delimited JSON at ``path``, every leaf still JSON."""
    columns = ", ".join(f"{identifier(name)}: {literal(_slices(type_))}" for name, type_ in fields.items())
    return (
        f"read_json({literal(path)}, format = 'newline_delimited', compression = 'none', auto_detect = false,"
        f" maximum_object_size = {max(16 << 20, record_bytes + 4096)}, columns = {{{columns}}})"
    )


def value(expression: str, type_: FieldType, level: int = 0) -> str:
    """The SQL that turns ``expression``, as `reader` cut it, into a value of ``type_``."""
    match type_:
        case Scalar("json"):
            return f"{expression}::varchar"
        case Scalar(name):
            return f"case when {expression} is null then null {_BRANCHES[name].format(x=expression)} else {_WRONG} end"
        case ListOf(item):
            each = f"__e{level}"
            return f"list_transform({expression}, lambda {each}: {value(each, item, level + 1)})"
        case ObjectOf(fields):
            members = ", ".join(
                f"{literal(name)}: {value(f'{expression}.{identifier(name)}', member, level)}"
                for name, member in fields.items()
            )
            return f"case when {expression} is null then null else {{{members}}} end"
        case MapOf(item):
            each = f"__e{level}"
            entry = f"{{'key': {each}.key, 'value': {value(f'{each}.value', item, level + 1)}}}"
            return f"map_from_entries(list_transform(map_entries({expression}), lambda {each}: {entry}))"


# A range and not a list of characters: DuckDB makes a join of a long list, and a join loses the order of the lines.
_IS_NUMBER = "left({x}, 1) between '0' and '9' or left({x}, 1) = '-'"
_BRANCHES = {
    "text": "when left({x}, 1) = '\"' then {x} ->> '$'",
    "integer": "when regexp_full_match({x}, '-?[0-9]+') then {x}::varchar::bigint"
    f" when ({_IS_NUMBER})"
    f" and abs({{x}}::varchar::double) <= {_EXACT} and floor({{x}}::varchar::double) = {{x}}::varchar::double"
    " then {x}::varchar::double::bigint",
    "number": f"when ({_IS_NUMBER}) and isfinite({{x}}::varchar::double) then {{x}}::varchar::double",
    "boolean": "when {x} = 'true' then true when {x} = 'false' then false",
}


def _slices(type_: FieldType) -> str:
    match type_:
        case Scalar():
            return "json"
        case ListOf(item):
            return f"{_slices(item)}[]"
        case ObjectOf(fields):
            return f"struct({', '.join(f'{identifier(name)} {_slices(member)}' for name, member in fields.items())})"
        case MapOf(item):
            return f"map(varchar, {_slices(item)})"
