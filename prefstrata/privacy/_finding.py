"""Personal data in one text: where it is, and the text without it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from prefstrata.privacy._kinds import FINDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

__all__ = ["Found", "counted", "find", "masked", "placeholder"]


class Found(NamedTuple):
    """Something that was found.

    Attributes:
        start: its first character.
        end: the one after its last.
        kind: its kind.
    """

    start: int
    end: int
    kind: str


def find(text: str, kinds: Collection[str], regions: tuple[str, ...] = ()) -> list[Found]:
    """What a text holds of some kinds, in its order; nothing twice.

    Args:
        text: any text.
        kinds: of ``KINDS``.
        regions: whose telephone numbers count without a country code, such as ``US``.

    Raises:
        ConfigError: the libraries that recognise it are not installed.
    """
    held: list[Found] = []
    for kind, places in FINDERS.items():
        if kind in kinds:
            # What was found is taken out of sight: nothing inside it or across its border is found again.
            seen = _replaced(text, held, lambda each: "_" * (each.end - each.start)) if held else text
            held = sorted((*held, *(Found(start, end, kind) for start, end in _apart(places(seen, regions)))))
    return held


def _apart(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that do not overlap an earlier one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def masked(text: str, held: Iterable[Found]) -> str:
    """The text with a placeholder for everything that was found, as `find` gives it."""
    return _replaced(text, held, lambda each: placeholder(each.kind))


def _replaced(text: str, held: Iterable[Found], said: Callable[[Found], str]) -> str:
    parts, behind = [], 0
    for each in held:
        parts += [text[behind : each.start], said(each)]
        behind = each.end
    return "".join((*parts, text[behind:]))


def placeholder(kind: str) -> str:
    """What stands for something of a kind: ``<EMAIL_ADDRESS>``."""
    return f"<{kind.upper()}>"


def counted(held: Iterable[Found]) -> dict[str, int]:
    """How often each kind was found."""
    return dict(sorted(Counter(each.kind for each in held).items()))
