"""Everything the command prints: one document for machines, or lines and tables for people."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from prefstrata.cli._inert import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prefstrata.model import PrefstrataError

__all__ = ["Grid", "Output", "counted", "size"]

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Grid:
    """A table for people.

    Attributes:
        heads: names of the columns; one that begins with ``>`` is set to the right.
        rows: the cells; None is left empty, numbers get separators.
        title: a line above it; none when empty.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    title: str = ""

    @classmethod
    def of(cls, heads: str, rows: Iterable[Iterable[object]], title: str = "") -> Grid:
        """A table from the names of its columns, separated by blanks (an underscore stands for a blank in a name)."""
        names = (head.replace("_", " ") for head in heads.split())
        return cls(tuple(names), tuple(tuple(row) for row in rows), title)


class Output:
    """Where a command says what it found.

    Attributes:
        json: whether stdout gets one JSON document and nothing else.
        quiet: whether notes and progress are left out; warnings never are.
    """

    def __init__(self) -> None:
        """Speak to people, until options say otherwise."""
        self.json = False
        self.quiet = False

    def emit(self, document: object, *parts: str | Grid) -> None:
        """Print the result: the document with ``--json``, else the parts (a text is one line)."""
        if self.json:
            # ASCII, so that no character of the data reaches a terminal as itself and no encoding can refuse it.
            sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
        else:
            for part in parts:
                _print(part, sys.stdout)
        sys.stdout.flush()

    def stream(self, lines: Iterable[str]) -> None:
        """Print lines that are the result, each as it comes; whoever makes them sees to it that they are inert."""
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say something that is not the result, on stderr."""
        if not self.quiet:
            _print(text, sys.stderr)

    def warn(self, text: str, *below: str) -> None:
        """Say what somebody should look at, on stderr, each line below it set in: also to who wants to hear little."""
        _print(f"warning: {text}", sys.stderr)
        for line in below:
            _print(f"         {line}", sys.stderr)

    def error(self, error: PrefstrataError) -> None:
        """Say what went wrong, where, and what to do; with ``--json`` as the one document too."""
        first, *rest = error.what.splitlines() or [""]
        _print(f"error: {first}", sys.stderr)
        for line in rest:
            _print(f"       {line}", sys.stderr)
        for label, text in (("   at: ", error.where), ("to do: ", error.todo)):
            if text:
                _print(f"{label}{text}", sys.stderr)
        if self.json:
            told = {"what": error.what, "where": error.where, "todo": error.todo, "exit_code": error.exit_code}
            self.emit({"error": told})

    @contextmanager
    def working(self, doing: str) -> Iterator[Callable[[str], None]]:
        """Show that something goes on while the block runs; the yielded call changes what is shown.

        A terminal gets a spinner that leaves no trace; anything else gets nothing, for lines of it would be noise.
        """
        if self.quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.text import Text  # noqa: PLC0415 - as above

        with Console(stderr=True).status(Text(inert(doing))) as status:
            yield lambda text: status.update(Text(inert(text)))


def counted(count: int, noun: str) -> str:
    """``1 record``, ``2,000 records``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size(count: int) -> str:
    """A number of bytes as people say it."""
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:  # noqa: PLR2004 - decimal units
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"


def _print(part: str | Grid, stream: TextIO) -> None:
    if isinstance(part, str):
        stream.write(inert(part) + "\n")
    elif stream.isatty():
        _print_rich(part, stream)
    else:
        _print_plain(part, stream)


def _cells(grid: Grid) -> list[list[str]]:
    return [[_cell(value) for value in row] for row in grid.rows]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else inert(value)


def _heads(grid: Grid) -> list[tuple[str, bool]]:
    return [(inert(head.removeprefix(">")), head.startswith(">")) for head in grid.heads]


def _print_plain(grid: Grid, stream: TextIO) -> None:
    heads, rows = _heads(grid), _cells(grid)
    lines = [[head for head, _ in heads], *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    if grid.title:
        stream.write(f"\n{inert(grid.title)}\n")
    for line in lines:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, (_, right) in zip(line, widths, heads, strict=True)
        )
        stream.write(_GAP.join(cells).rstrip() + "\n")


def _print_rich(grid: Grid, stream: TextIO) -> None:
    from rich import box  # noqa: PLC0415 - only a terminal needs it
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE, title=Text(inert(grid.title)) if grid.title else None, title_justify="left")
    for head, right in _heads(grid):
        table.add_column(Text(head), justify="right" if right else "left", overflow="fold")
    for row in _cells(grid):
        table.add_row(*map(Text, row))
    Console(file=stream).print(table)
