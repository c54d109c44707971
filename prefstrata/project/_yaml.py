"""YAML into pydantic models, with every error at its line.

A mistake in a config file costs its author a search unless the message holds the file, the line and what to write. So
the text is composed to nodes first, which know their lines, and a validation error is looked up in them.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from prefstrata.model.errors import ConfigError
from prefstrata.project._mistakes import mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Model = TypeVar("Model", bound=BaseModel)

_DEEP = 1000
# Tabs, question marks in lists and mappings, comments right after the sign of a block, byte order marks within.
_ONE_TAKES = re.compile(r"\t|\?[\s\]},:]|[|>]\S*#|\ufeff")


def read_model(path: Path, kind: type[Model]) -> Model:
    """Read ``path`` as a ``kind``.

    Raises:
        ConfigError: the file is missing, is not YAML, or does not fit; one line per mistake, each with file and line.
    """
    with _shallow(path):
        root = _compose(path)
        plain = _plain(path, root)
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        lines = [_sentence(path, root, kind, detail) for detail in error.errors(include_url=False)]
        raise ConfigError("\n".join(lines)) from None


def line_of(path: Path, location: Sequence[str | int]) -> int:
    """The line, from 1, at which ``location`` (keys and indexes from the top) stands in the file at ``path``.

    The nearest parent's line when the location itself is absent, as for a missing key.
    """
    with _shallow(path):
        return _line(_compose(path), location)


@contextmanager
def _shallow(path: Path) -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise ConfigError("it is nested too deeply", where=str(path), todo="nothing here needs many levels") from None


def _compose(path: Path) -> yaml.Node:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError("there is no such file", where=str(path), todo="`prefstrata init DIR` makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"it cannot be read: {error}", where=str(path)) from error
    try:
        node = _node(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(f"this is not YAML: {getattr(error, 'problem', error)}", where=where) from error
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError("expected keys and values", where=f"{path}:1")
    return node


def _node(text: str) -> yaml.Node | None:
    """The text as nodes: by libyaml, which takes a tenth of the time, and by PyYAML where that finds a mistake.

    PyYAML says better what is wrong. And libyaml goes down a level at a time without a look at its stack, and takes
    what PyYAML does not: what is YAML must not depend on which of them there is.
    """
    if yaml.__with_libyaml__ and not _ONE_TAKES.search(text) and _deepest(text) < _DEEP:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _deepest(text: str) -> int:
    """Levels that a text has at most: each takes one of these characters, or a line that is indented further."""
    indented = max((len(line) - len(line.lstrip(" ")) for line in text.splitlines()), default=0)
    return indented + sum(map(text.count, "[{-?"))


def _plain(path: Path, node: yaml.Node) -> Any:  # noqa: ANN401 - YAML holds any value; the model decides
    _look(path, node, yaml.SafeLoader(""), (), set())
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _unread(path, error.problem_mark, error.problem) from None


def _look(
    path: Path, node: yaml.Node, loader: yaml.SafeLoader, within: tuple[yaml.Node, ...], seen: set[yaml.Node]
) -> None:
    """Refuse what the loader takes without a word, and name the line of what it would stop at without one.

    An anchor within itself has no end. A tag such as ``!env`` and a day that no month has are no values.
    """
    if node in within:
        raise _unread(path, node.start_mark, "the anchor stands within itself")
    if node in seen:  # by another of its aliases
        return
    seen.add(node)
    if isinstance(node, yaml.ScalarNode):
        try:
            loader.construct_object(node)
        except (yaml.MarkedYAMLError, ValueError) as error:
            raise _unread(path, node.start_mark, getattr(error, "problem", error)) from None
        except (LookupError, AttributeError):
            raise _unread(path, node.start_mark, f"it is no {node.tag.rpartition(':')[2]}") from None
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _look(path, child, loader, (*within, node), seen)
    elif isinstance(node, yaml.MappingNode):
        _look_at_keys(path, node, loader, seen)
        for _, value in node.value:
            _look(path, value, loader, (*within, node), seen)


def _look_at_keys(path: Path, node: yaml.MappingNode, loader: yaml.SafeLoader, looked: set[yaml.Node]) -> None:
    """Refuse a key written twice: YAML keeps the last one without a word, and the author meant both.

    ``{{ name }}`` without quotes is a key, too: one that is a mapping.
    """
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _unread(path, key.start_mark, "a key is a list or a mapping")
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if key.value in seen:
            raise ConfigError(f"the key {key.value!r} stands here twice", where=f"{path}:{key.start_mark.line + 1}")
        seen.add(key.value)
        _look(path, key, loader, (), looked)


def _unread(path: Path, mark: yaml.Mark | None, why: object) -> ConfigError:
    return ConfigError(
        f"this value cannot be read: {why}",
        where=f"{path}:{mark.line + 1}" if mark else str(path),
        todo="write the value itself, in quotes where it is a text: nothing is filled in from elsewhere",
    )


def _line(node: yaml.Node, location: Sequence[str | int]) -> int:
    line = int(node.start_mark.line) + 1
    for part in location:
        found = _child(node, part)
        if found is None:
            continue
        line, node = found
    return line


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return int(key.start_mark.line) + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return int(node.value[part].start_mark.line) + 1, node.value[part]
    return None


def _sentence(path: Path, root: yaml.Node, kind: type[BaseModel], detail: Any) -> str:  # noqa: ANN401 - as `mistake`
    location = _written(root, detail)
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return f"{path}:{_line(root, location)}: {field or 'the file'}: {mistake(kind, detail)}"


def _written(root: yaml.Node, detail: Any) -> list[str | int]:  # noqa: ANN401 - as `mistake`
    """Where a mistake stands as its author wrote it, without the names that pydantic gives to one kind of several."""
    *parents, last = [part for part in detail["loc"] if part != "__root__"] or [""]
    node, written = root, list[str | int]()
    for part in parents:
        if found := _child(node, part):
            node = found[1]
            written.append(part)
    return [*written, last]
