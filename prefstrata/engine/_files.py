"""Where ``sql/`` is, and what its files say."""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from prefstrata.model.tables import TABLES

__all__ = ["function_names", "lineage", "parameters", "sql_names", "sql_path", "sql_root", "sql_text"]

_NOT_CODE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_SOURCE = re.compile(r"\b(?:from|join)\s+([a-z_]+\.[a-z_]+)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@cache
def sql_root() -> Path:
    """The folder ``sql/``: package data in an installed wheel, the repository's own folder in a checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "_data" / "sql"
    return packaged if packaged.is_dir() else package.parent / "sql"


def sql_path(name: str) -> Path:
    """The file of a statement: of ``ledger.votes`` or ``ledger/votes`` it is ``sql/ledger/votes.sql``.

    Raises:
        FileNotFoundError: there is no such statement.
    """
    path = sql_root().joinpath(*name.replace(".", "/").split("/")).with_suffix(".sql")
    if not path.is_file():
        raise FileNotFoundError(f"no statement {name!r}: {path} does not exist")
    return path


def sql_text(name: str) -> str:
    """The text of a statement, comments included, without a closing semicolon; read once a process.

    So what a release says its statements were is what ran, whoever edits them meanwhile.
    """
    return _read(name.replace(".", "/"))


@cache
def _read(name: str) -> str:
    return sql_path(name).read_text(encoding="utf-8").rstrip().removesuffix(";")


def sql_names(folder: str = "") -> tuple[str, ...]:
    """The statements of a folder (of all folders by default) as ``folder/name``, sorted."""
    root = sql_root()
    return tuple(sorted(str(path.relative_to(root).with_suffix("")) for path in (root / folder).rglob("*.sql")))


@cache
def _code(name: str) -> str:
    """The statement without comments and text literals, so that a word found in it is code."""
    return _NOT_CODE.sub(" ", sql_text(name))


@cache
def function_names() -> tuple[str, ...]:
    """The named functions of ``sql/functions``, each after the functions that it calls itself."""
    names = {name.removeprefix("functions/") for name in sql_names("functions")}
    calls = {name: (set(_WORD.findall(_code(f"functions/{name}"))) & names) - {name} for name in sorted(names)}
    return tuple(TopologicalSorter(calls).static_order())


@cache
def parameters(name: str) -> frozenset[str]:
    """The names of the parameters that a statement takes."""
    return frozenset(_PARAMETER.findall(_code(name)))


@cache
def lineage(full_name: str) -> tuple[str, ...]:
    """The tables that the statement of a table reads (itself aside), sorted.

    A table without a statement reads nothing: it is filled by something else than SQL.
    """
    try:
        code = _code(full_name)
    except FileNotFoundError:
        return ()
    known = {table.full_name for table in TABLES}
    return tuple(sorted(({found.lower() for found in _SOURCE.findall(code)} & known) - {full_name}))
