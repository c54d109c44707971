"""Named formats: mappings as data, one YAML file each, with options that a source may set."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from prefstrata.sources.mapping import MappingError

__all__ = ["format_names", "is_answers", "read_format"]

_FOLDER = Path(__file__).parent


def format_names() -> tuple[str, ...]:
    """The named formats, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def read_format(name: str, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The mapping of a format, as a config section, and its options with those of the source put in.

    Raises:
        MappingError: there is no such format, or it has no such option, or the option has another type.
    """
    if name not in format_names():
        raise MappingError(("format",), f"there is no format {name!r}: write {', '.join(format_names())} or mapping")
    given = _read(name)
    known = given.get("options", {})
    for option, value in options.items():
        if option not in known:
            raise MappingError(("options", option), f"{name} has the options {', '.join(known) or 'none'}")
        if not _alike(value, known[option]):
            raise MappingError(("options", option), f"write it like {known[option]!r}")
    chosen = {**known, **options}
    return _with_join(given["map"], chosen), chosen


def is_answers(name: str) -> bool:
    """Whether files of a format hold answers to questions of ours, which cannot have been decided in the future."""
    return name in format_names() and bool(_read(name).get("answers"))


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


def _with_join(mapping: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The mapping, with the file that it joins named by an option where it says ``options.NAME``."""
    joined = mapping.get("join")
    if joined is None or not joined["path"].startswith("options."):
        return mapping
    return {**mapping, "join": {**joined, "path": options[joined["path"].removeprefix("options.")]}}


def _alike(value: object, default: object) -> bool:
    """Whether an option has the shape of its default: text for text, numbers for numbers, lists of as many."""
    if isinstance(default, list):
        return isinstance(value, list) and len(value) == len(default) and all(map(_alike, value, default))
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
