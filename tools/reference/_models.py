"""The page of a configuration file, from the models that read it."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from decimal import Decimal
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from tools.reference._markdown import anchor, code, grid, page, prose

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

PLAIN: dict[Any, str] = {
    Decimal: "number",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    Any: "anything",
}
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "at least", "max_length": "at most"}

Model = type[BaseModel]


def model_page(title: str, intro: str, root: Model, *, whole: str = "The file") -> str:
    """Every section of a file: its keys with type, default and meaning, from the model and those it refers to.

    Args:
        title: of the page.
        intro: what stands before the sections.
        root: the model of the whole.
        whole: the heading of its section.
    """
    headings = {root: whole} | {model: model.__name__ for model in _reachable(root) if model is not root}
    blocks = [f"## {heading}\n\n{_doc(model)}\n\n{_fields(model, headings)}" for model, heading in headings.items()]
    return page(title, intro, *blocks)


def _doc(model: Model) -> str:
    """What the model says of itself, without the list of its attributes."""
    return prose((model.__doc__ or "").split("\n    Attributes:")[0])


def _said(model: Model) -> dict[str, str]:
    """What the docstring's list of attributes says of each, for models that describe their fields there."""
    _, _, listed = cleandoc(model.__doc__ or "").partition("\nAttributes:\n")
    return {name: prose(text) for name, text in re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", listed, re.MULTILINE)}


def _shown(model: Model) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items() if not info.exclude}


def _fields(model: Model, headings: Mapping[Model, str]) -> str:
    said = _said(model)
    rows = (
        (
            code(key),
            _type(info.annotation, headings) + _bounds(info.metadata),
            _default(info),
            prose(info.description or said.get(key, "")),
        )
        for key, info in _shown(model).items()
    )
    return grid(("key", "value", "default", "meaning"), rows)


def _reachable(root: Model) -> list[Model]:
    """The models a model's shown fields refer to, itself first, in the order in which a reader meets them."""
    found: list[Model] = []

    def visit(kind: Any) -> None:  # noqa: ANN401 - any annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in found:
                found.append(kind)
                for info in _shown(kind).values():
                    visit(info.annotation)
        else:
            for part in get_args(kind):
                visit(part)

    visit(root)
    return found


def _type(kind: Any, headings: Mapping[Model, str]) -> str:  # noqa: ANN401, PLR0911 - any annotation, one form a line
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in headings:
        return f"[{headings[kind]}](#{anchor(headings[kind])})"
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(arguments[0], headings) + _bounds(arguments[1:])
    if origin is Literal:
        return " or ".join(code(str(each)) for each in arguments)
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(each, headings) for each in arguments if each is not types.NoneType)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"map of {_type(arguments[0], headings)} to {_type(arguments[1], headings)}"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f"list of {_type(arguments[0], headings)}"
    raise TypeError(f"no words for the type {kind!r}: add them to {__name__}")


def _bounds(metadata: Sequence[Any]) -> str:
    bounds = [
        f"{sign} {value:g}"
        for each in metadata
        for name, sign in BOUNDS.items()
        if (value := getattr(each, name, None)) is not None
    ]
    return f" ({', '.join(bounds)})" if bounds else ""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        chosen = {str(info.discriminator)} if info.discriminator else set()
        told = ", ".join(f"{name}: {getattr(value, name)}" for name in sorted(value.model_fields_set | chosen))
        return code(told) if told else "its own defaults"
    if value in (None, (), {}, ""):
        return "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
