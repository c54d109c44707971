"""What a target is: the rows a trainer reads, and what it does to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LengthRule", "Target"]

Kind = Literal["pairs", "unpaired", "traces", "ratings"]


@dataclass(frozen=True, slots=True)
class LengthRule:
    """What a trainer does at its ``max_length`` L, in its tokenizer's tokens.

    Attributes:
        drops: ``prompt``: a row whose prompt has at least L - ``room`` tokens; ``longest``: a row with a sequence
            longer than L; ``never``: none.
        cuts: whether the sequences of the other rows are cut to their first L tokens.
        room: tokens that must be left for the answer.
        run: whether this was seen in the trainer itself; else it was read in its source.
    """

    drops: Literal["prompt", "longest", "never"]
    cuts: bool
    room: int = 0
    run: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A format that ``--for`` names.

    Attributes:
        name: what ``--for`` says.
        trainer: who reads it, as people call it.
        reads: the kinds of record it is made from.
        statement: the statement of ``sql/trainers`` that gives its rows.
        columns: the columns it has, in order: those the trainer reads, and no other.
        length: what the trainer does at its length; None when it has none of its own.
        texts: the statement and columns of the standard format, for targets that have one beside the conversational.
        prompts: ``any`` conversation, system messages ``leading`` it alone, ``turns`` of user and assistant after an
            optional system message, or a ``single`` question.
        weight: the column that carries the weight when asked for; None when the trainer has no place for one.
        soft: the column that carries p when weights are asked for; None when there is no place for it.
        margin: the column that carries the margin; None when the trainer has no place for one.
        reader: what makes the trainer read the weight column; empty when it does so by itself.
        beside: writes what stands beside the rows, given the files of each split; ``{file name: document}``.
    """

    name: str
    trainer: str
    reads: tuple[Kind, ...]
    statement: str
    columns: tuple[str, ...]
    length: LengthRule | None = None
    texts: tuple[str, tuple[str, ...]] | None = None
    prompts: Literal["any", "leading", "turns", "single"] = "any"
    weight: str | None = None
    soft: str | None = None
    margin: str | None = None
    reader: str = ""
    beside: Callable[[Mapping[str, tuple[str, ...]]], Mapping[str, Any]] = field(default=lambda _: {})
