"""What is really better: one row per pair and dimension, to hold a release against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from examples.generator._model import DIMENSIONS, OVERALL, gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from examples.generator._model import Item

__all__ = ["Truth", "pair_truth", "response_truth"]

_MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
_PAIRS: dict[str, pl.DataType | type[pl.DataType]] = {
    "prompt": _MESSAGES,
    "response_1": pl.String,
    "response_2": pl.String,
    "dimension": pl.String,
    "truth": pl.String,
    "scenario": pl.String,
    "task": pl.String,
    "risk_level": pl.String,
}
_RESPONSES: dict[str, pl.DataType | type[pl.DataType]] = {
    "prompt": _MESSAGES,
    "response": pl.String,
    "dimension": pl.String,
    "quality": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """What the generator knows and the platform has to find out.

    Attributes:
        pairs: a row per pair of candidates and dimension (``overall`` included): prompt (list of role and content),
            response_1, response_2 (response_1 < response_2 by text), dimension, truth (``first``, ``second`` or
            ``tie``), scenario, task, risk_level. Texts are as the platform keeps them: nothing to normalise.
        responses: a row per response and dimension: prompt, response, dimension, quality (0 to 1).
        records: records written, per source.
        broken: how many of them ought to be in quarantine, per source.
        files: the files written, relative to the project.
    """

    pairs: pl.DataFrame
    responses: pl.DataFrame
    records: Mapping[str, int]
    broken: Mapping[str, int]
    files: tuple[str, ...]


def pair_truth(items: Sequence[Item]) -> pl.DataFrame:
    """The truth about every pair of candidates of ``items``."""
    rows = [
        (prompt, one.text, two.text, dimension, _word(gap(item, one, two, dimension)), *about)
        for item in items
        for prompt, about in [(_messages(item), (item.scenario, item.task, item.risk_level))]
        for ordered in [sorted(item.responses, key=lambda response: response.text)]
        for place, one in enumerate(ordered)
        for two in ordered[place + 1 :]
        for dimension in (OVERALL, *DIMENSIONS)
    ]
    return pl.DataFrame(rows, schema=_PAIRS, orient="row")


def response_truth(items: Sequence[Item]) -> pl.DataFrame:
    """The true quality of every response of ``items``."""
    rows = [
        (_messages(item), response.text, dimension, quality)
        for item in items
        for response in item.responses
        for dimension, quality in ((OVERALL, response.share), *response.qualities())
    ]
    return pl.DataFrame(rows, schema=_RESPONSES, orient="row")


def _messages(item: Item) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in item.messages]


def _word(difference: int) -> str:
    if difference == 0:
        return "tie"
    return "first" if difference > 0 else "second"
