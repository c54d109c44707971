"""The types a field can be declared with, read from their config spelling and spelled in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from prefstrata.model import ConfigError

__all__ = ["FieldType", "Fields", "ListOf", "MapOf", "ObjectOf", "Scalar", "fields", "identifier", "literal"]

ScalarName = Literal["text", "integer", "number", "boolean", "json"]
_SCALARS: dict[str, str] = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "json": "varchar",
}


@dataclass(frozen=True)
class Scalar:
    """One value: text, integer (64 bit), number (64-bit float), boolean, or json (kept as JSON text)."""

    name: ScalarName

    @property
    def sql(self) -> str:
        """Its SQL type."""
        return _SCALARS[self.name]


@dataclass(frozen=True)
class ListOf:
    """A list whose items all have one type; an item may be null."""

    item: FieldType

    @property
    def sql(self) -> str:
        """Its SQL type."""
        return f"{self.item.sql}[]"


@dataclass(frozen=True)
class ObjectOf:
    """An object with the declared keys; a missing key is null, other keys are not read."""

    fields: Fields

    @property
    def sql(self) -> str:
        """Its SQL type."""
        return f"struct({', '.join(f'{identifier(name)} {type_.sql}' for name, type_ in self.fields.items())})"


@dataclass(frozen=True)
class MapOf:
    """An object whose keys are data: any keys, all values of one type."""

    value: FieldType

    @property
    def sql(self) -> str:
        """Its SQL type."""
        return f"map(varchar, {self.value.sql})"


FieldType = Scalar | ListOf | ObjectOf | MapOf
Fields = Mapping[str, FieldType]


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def fields(spelled: Mapping[str, object], *, where: str = "fields") -> dict[str, FieldType]:
    """Read the config spelling of fields: ``text``, ``[T]`` for a list, ``{k: T}`` an object, ``{"*": T}`` a map.

    Raises:
        ConfigError: a type is unknown, or two names differ in case only (SQL could not tell them apart).
    """
    read = {name: _field(type_, f"{where}.{name}") for name, type_ in spelled.items()}
    seen: dict[str, str] = {}
    for name in read:
        if not name or "\0" in name:
            raise ConfigError("a field needs a name", where=where, todo="Leave the field out; its key is not readable.")
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise ConfigError(
                f"fields {other!r} and {name!r} differ in case only", where=where, todo="Read one of them."
            )
    return read


def _field(spelled: object, where: str) -> FieldType:
    match spelled:
        case "text" | "integer" | "number" | "boolean" | "json":
            return Scalar(spelled)
        case [item]:
            return ListOf(_field(item, f"{where}[]"))
        case {"*": value, **others} if not others:
            return MapOf(_field(value, f"{where}.*"))
        case Mapping() if spelled and "*" not in spelled:
            return ObjectOf(fields({str(key): value for key, value in spelled.items()}, where=where))
        case _:
            raise ConfigError(
                f"{spelled!r} is no field type",
                where=where,
                todo="Use text, integer, number, boolean, json, [type], {key: type} or {'*': type}.",
            )
