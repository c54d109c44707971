"""Markdown as the reference pages need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

GENERATED = "<!-- Written by `make docs` from the code; edit the code instead. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page: the mark, the title and the blocks, an empty line between them, a newline at the end."""
    return "\n\n".join((GENERATED, f"# {title}", *(block.strip("\n") for block in blocks if block))) + "\n"


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table."""
    names = list(heads)
    lines = [
        names,
        ["---"] * len(names),
        *([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str) -> str:
    """``text`` in code font."""
    return f"`{text}`"


def anchor(heading: str) -> str:
    """The anchor that a heading gets: lower case, blanks to hyphens, punctuation gone."""
    kept = (each for each in heading.lower() if each.isalnum() or each in " -_")
    return "".join(kept).replace(" ", "-")


def prose(text: str) -> str:
    """A docstring's text as one Markdown paragraph: one line, code in single backticks."""
    return " ".join(text.split()).replace("``", "`")
