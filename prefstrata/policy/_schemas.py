"""JSON schemas of rules: whole in themselves, so that nothing is fetched to read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["fitting"]

_PLAIN: tuple[object, ...] = (None, True, 0, "", [], {})
"""Values that no schema needs to go deeper for than it is deep itself."""


def fitting(schema: Mapping[str, Any]) -> Callable[[str], bool]:
    """What tells whether a text is JSON that fits a schema (draft 2020-12).

    A text that is no JSON fits no schema, nor does one nested too deep or with numbers too large to look at.

    Raises:
        ValueError: it is no schema, refers to what is not in it, or refers to itself without end.
        ImportError: the jsonschema package is not installed.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only a rule with a schema needs it
    from referencing import Registry  # noqa: PLC0415 - as jsonschema, which brings it
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    _check(schema)
    # A registry of one's own knows the schema alone: the one that jsonschema takes otherwise asks the network.
    registry: Registry[Any] = Registry()
    whole = DRAFT202012.create_resource(schema)
    _resolve(registry.resolver_with_root(whole), whole.contents, set())
    validator = Draft202012Validator(schema, registry=registry)
    try:
        for value in _PLAIN:
            validator.is_valid(value)
    except RecursionError as error:
        raise ValueError("the JSON schema refers to itself without end") from error

    def fits(text: str) -> bool:
        try:
            return bool(validator.is_valid(json.loads(text, parse_constant=_refuse)))
        except (ValueError, RecursionError, OverflowError):
            return False

    return fits


def _check(schema: Any) -> None:  # noqa: ANN401 - what is referred to may be anything
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"this is no valid JSON schema: {error.message}") from error


def _resolve(resolver: Any, schema: Any, seen: set[int]) -> None:  # noqa: ANN401 - as a schema holds any value
    """Look up what a schema and its parts refer to, and what that refers to."""
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    if id(schema) in seen or isinstance(schema, bool):
        return
    seen.add(id(schema))
    for ref in (schema.get("$ref"), schema.get("$dynamicRef")):
        if ref is None:
            continue
        try:
            found = resolver.lookup(ref)
        except Unresolvable as error:
            raise ValueError(
                f"the JSON schema refers to {ref}, which is not in it: put it below $defs, nothing is fetched"
            ) from error
        _check(found.contents)
        _resolve(found.resolver, found.contents, seen)
    for part in map(DRAFT202012.create_resource, DRAFT202012.subresources_of(schema)):
        _resolve(resolver.in_subresource(part), part.contents, seen)


def _refuse(name: str) -> None:
    raise ValueError(name)
