"""What is wrong with a value of a config file, in words for whoever wrote it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["mistake"]


def mistake(kind: type[BaseModel], detail: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    """A sentence for an error that pydantic found.

    Args:
        kind: what was validated.
        detail: the error; its place is looked up in ``kind`` to say which keys there are.
    """
    match detail["type"]:
        case "missing":
            return "this key is missing"
        case "extra_forbidden":
            return f"there is no such key{_meant(kind, detail['loc'])}"
        case "too_long":
            found, most = detail["ctx"]["actual_length"], detail["ctx"]["max_length"]
            return f"there are {found} values here; at most {most} belong"
    return str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")


def _meant(kind: type[BaseModel], location: Sequence[str | int]) -> str:
    """The key that was meant, or those that can stand there; nothing where that depends on other keys."""
    *parents, key = location
    models = [kind]
    for part in parents:
        held = [field.annotation for model in models for name, field in _fields(model) if name == part]
        # An index, a name that is free, or pydantic's name of an alternative: what is inside was found already.
        models = list(dict.fromkeys(model for each in held for model in _models(each))) if held else models
    keys = list(dict.fromkeys(name for model in models for name, _ in _fields(model)))
    if near := difflib.get_close_matches(str(key), keys, n=1):
        return f": did you mean {near[0]}?"
    return f": there are {', '.join(keys)}" if len(models) == 1 else ""


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    return ((field.alias or name, field) for name, field in model.model_fields.items() if not field.exclude)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type
    """The models in a type, such as that of the items of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
