"""From a mapping to the statements that turn a framed file into staged rows. All mistakes are found here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prefstrata.project import mistake
from prefstrata.sources.mapping._blocks import Block, read_blocks
from prefstrata.sources.mapping._config import Mapping
from prefstrata.sources.mapping._errors import MappingError
from prefstrata.sources.mapping._records import read_records
from prefstrata.sources.mapping._units import Candidate, unit_table

if TYPE_CHECKING:
    from prefstrata.sources.mapping._context import Context
    from prefstrata.sources.mapping._sql import Key, Step

__all__ = ["Compiled", "compile_mapping", "read_mapping"]


@dataclass(frozen=True)
class Compiled:
    """The statements of a mapping: the unit table's, and each block's."""

    units: Step
    blocks: tuple[Block, ...]
    candidates: tuple[Candidate, ...]
    join_on: tuple[str, ...]


def read_mapping(given: dict[str, Any]) -> Mapping:
    """The mapping that a config section holds.

    Raises:
        MappingError: a key is unknown, missing, or has no value that fits; the first one is named.
    """
    try:
        return Mapping.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise MappingError(_key(first["loc"], given), mistake(Mapping, first)) from None


def compile_mapping(mapping: Mapping, context: Context) -> Compiled:
    """Compile a mapping for its source.

    Raises:
        MappingError: an expression cannot be used where it stands; the key is named.
    """
    level = read_records(mapping, context)
    # First without kept columns, to learn the names the blocks read; then with them.
    _, candidates = unit_table(mapping, context, level, {})
    blocks = read_blocks(mapping, context, level.scope, candidates)
    used = {name for block in blocks for name in block.used}
    kept = {name: type_ for name, type_ in level.scope.columns.items() if name in used}
    units, candidates = unit_table(mapping, context, level, kept)
    on = tuple(mapping.join.match.values()) if mapping.join else ()
    return Compiled(units, blocks, tuple(candidates.values()), on)


def _key(location: tuple[str | int, ...], given: object) -> Key:
    """The part of pydantic's location that is in the file; the rest is names of alternatives."""
    found: list[str | int] = []
    for part in location:
        inner = _child(given, part)
        if inner is not _ABSENT or part == location[-1]:
            found.append(part)
            given = given if inner is _ABSENT else inner
    return tuple(found)


_ABSENT = object()


def _child(given: object, part: str | int) -> object:
    if isinstance(given, dict):
        return given.get(part, _ABSENT)
    if isinstance(given, list | tuple) and isinstance(part, int) and part < len(given):
        return given[part]
    return _ABSENT
