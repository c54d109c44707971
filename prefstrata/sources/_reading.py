"""A source, ready to be read: its format or mapping compiled, its joined file named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError
from prefstrata.project import line_of
from prefstrata.sources.formats import read_format
from prefstrata.sources.framing import Framing, fields
from prefstrata.sources.mapping import Compiled, Context, MappingError, compile_mapping, read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.project import Project, Source
    from prefstrata.sources._digests import Digests
    from prefstrata.sources.framing import Seen
    from prefstrata.sources.mapping import Mapping

__all__ = ["Reading", "compile_source"]


@dataclass(frozen=True)
class Reading:
    """How the files of a source become statements."""

    source: Source
    compiled: Compiled
    framing: Framing
    joined_path: Path | None = None
    joined_framing: Framing | None = None
    joined_seen: Seen | None = None
    digest: str = ""
    """Of the mapping and what the source says besides, so that another reading of the same bytes can be told."""

    def located(self, digests: Digests) -> Reading:
        """The same, with the joined file as it is now.

        Raises:
            PrefstrataError: the joined file cannot be read.
        """
        return self if self.joined_path is None else replace(self, joined_seen=digests(self.joined_path)[0])

    @property
    def joined_sha256(self) -> str:
        """The digest of the joined file; empty when none is joined, or it was not located."""
        return self.joined_seen.sha256 if self.joined_seen else ""


def compile_source(project: Project, place: int, source: Source) -> Reading:
    """Compile one source.

    Raises:
        ConfigError: naming the project file, the line and the key.
    """
    top: tuple[str | int, ...] = ("sources", place, "map")
    if source.map is None or source.options:
        top = ("sources", place)
    try:
        given, options = _given(source)
        return _compiled(project, source, read_mapping(given), options)
    except MappingError as error:
        location = (*top, *error.key)
        spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
        line = f":{line_of(project.file, location)}" if project.file.is_file() else ""
        what = f"{error.what} (source {source.name!r})"
        raise ConfigError(what, where=f"{project.file}{line}: {spelled}", todo=error.todo) from error


def joined_file(source: Source) -> str | None:
    """The file that a source's mapping joins, relative to the project; None when it joins none, or is wrong."""
    try:
        joined = read_mapping(_given(source)[0]).join
    except MappingError:
        return None
    return joined.path if joined else None


def tells_events(source: Source) -> bool:
    """Whether a source tells what users did; one whose mapping is wrong may."""
    try:
        return bool(_given(source)[0].get("events"))
    except MappingError:
        return True


def _given(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """The mapping of a source as a config section, its own or its format's, and the format's options."""
    if source.map is None:
        return read_format(source.format, source.options)
    if source.options:
        raise MappingError(("options",), "options belong to a named format; a mapping says everything itself")
    return source.map, {}


def _check_withdrawals(project: Project, source: Source, mapping: Mapping) -> None:
    """See that withdrawals are of somebody: a user has another pseudonym in every source."""
    judges = source.supervisor == "user" and (mapping.votes or mapping.rankings or mapping.ratings or mapping.steps)
    known = [each.name for each in project.sources]
    for place, section in enumerate(mapping.withdrawals):
        if section.source is None and not (mapping.events or judges):
            raise MappingError(
                ("withdrawals", place),
                "whose users withdraw is not said: this source has none",
                todo=f"add `source:`, the source of their events: one of {', '.join(known)}",
            )
        if section.source is not None and section.source not in known:
            raise MappingError(
                ("withdrawals", place, "source"),
                f"there is no source {section.source!r}",
                todo=f"write one of {', '.join(known)}",
            )


def _compiled(project: Project, source: Source, mapping: Mapping, options: dict[str, Any]) -> Reading:
    _check_withdrawals(project, source, mapping)
    framing = _framing(("fields",), mapping.fields, mapping.read.model_dump())
    joined = mapping.join
    joined_framing = _framing(("join", "fields"), joined.fields, joined.read.model_dump()) if joined else None
    context = Context(
        source=source.name,
        supervisor=source.supervisor,
        fields=_types(framing),
        joined=_types(joined_framing) if joined_framing else {},
        defaults=source.defaults.model_dump(),
        options=options,
    )
    compiled = compile_mapping(mapping, context)
    said = (mapping.model_dump_json(), json.dumps([context.defaults, options], default=str), source.supervisor)
    return Reading(
        source,
        compiled,
        framing,
        project.directory / joined.path if joined else None,
        joined_framing,
        digest=hashlib.sha256("\n".join(said).encode()).hexdigest(),
    )


def _framing(key: tuple[str | int, ...], declared: dict[str, Any], read: dict[str, Any]) -> Framing:
    try:
        return Framing(fields=fields(declared), **read)
    except ConfigError as error:
        raise MappingError(key, f"{error.where}: {error.what}", todo=error.todo) from error


def _types(framing: Framing) -> dict[str, str]:
    return {name: type_.sql for name, type_ in (framing.fields or {}).items()}
