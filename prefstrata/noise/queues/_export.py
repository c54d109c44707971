"""Tasks as files: JSON lines, a CSV table, or Label Studio tasks with the labelling config beside them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["FORMATS", "Exported", "export_tasks", "inert"]

_ANSWERS = ("choice", "rater", "reason_tags", "rationale", "decided_at")
"""What is left empty, to be filled in."""
_FORMULA = r"^[-=+@\t\n\uff1d\uff0b\uff0d\uff20]"
"""What spreadsheets run as a formula begins so, with the full-width forms of = + - @ too."""
_SHORT = 40
"""Characters up to which a text with a digit may be a date, a time or an amount somewhere; none is longer."""
_SPACE = r"[\s\v\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*"
"""Spelled out, for queue-answers.yaml asks another engine, which calls less white space."""
_TRUTH = rf"(?i)^{_SPACE}(true|false|wahr|falsch|vrai|faux|verdadero|falso|verdadeiro|vero|waar|onwaar){_SPACE}$"
"""Truth values, as spreadsheets have them in the language they speak: saved, they are in capitals."""
_IDS = ("item", "check")
_JSON = ("messages",)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        items: pairs asked about.
        questions: pairs, each on each of its dimensions.
        files: the files, the tasks first; none when nothing waited.
    """

    items: int
    questions: int
    files: tuple[Path, ...]


def export_tasks(tasks: pl.DataFrame, form: str, out: Path, key: tuple[pl.DataFrame, Path] | None = None) -> Exported:
    """Write tasks for people; nothing that is there is touched, and no file is left behind half.

    Args:
        tasks: what :func:`prefstrata.noise.queues.read_tasks` returned.
        form: one of :data:`FORMATS`.
        out: the file of the tasks.
        key: known answers, and the file of their own that they go to.

    Raises:
        ConfigError: a file is there already, or cannot be written.
    """
    if tasks.is_empty():
        return Exported(0, 0, ())
    parts = {out: _WRITERS[form](tasks)}
    if form == "label-studio":
        parts[out.with_suffix(".xml")] = files(__package__).joinpath("label-studio.xml").read_bytes()
    if key is not None:
        answers, path = key
        parts[path] = _json_lines(answers.join(tasks, on=["item", "dimension"], how="semi", maintain_order="left"))
    if len(parts) < 1 + (form == "label-studio") + (key is not None):
        raise ConfigError("two of the files to write are one", where=str(out), todo="name them apart")
    _write(parts)
    return Exported(tasks["item"].n_unique(), tasks.height, tuple(parts))


def _write(parts: dict[Path, bytes]) -> None:
    if there := [path for path in parts if path.exists()]:
        raise ConfigError(
            "it is there already, and nothing is overwritten", where=str(there[0]), todo="name another file"
        )
    written: list[Path] = []
    try:
        for path, data in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                written.append(path)
                file.write(data)
    except OSError as error:
        for made in written:
            made.unlink(missing_ok=True)
        raise ConfigError(
            f"it cannot be written: {error.strerror}",
            where=str(path),
            todo="make room there, or name a file where there is some and that may be written",
        ) from error


def _to_fill_in(tasks: pl.DataFrame) -> pl.DataFrame:
    return tasks.with_columns(pl.lit(None, pl.String).alias(name) for name in _ANSWERS)


def _json_lines(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_ndjson(buffer)
    return buffer.getvalue()


def _csv(tasks: pl.DataFrame) -> bytes:
    """Every cell in quotes, with the mark that tells spreadsheets it is UTF-8; none that they would run or rewrite."""
    buffer = BytesIO()
    texts = [name for name, kind in tasks.schema.items() if kind == pl.String and name not in _JSON]
    inert = tasks.with_columns(_as_text(pl.col(name), 0 if name in _IDS else _SHORT) for name in texts)
    _to_fill_in(inert).write_csv(buffer, include_bom=True, quote_style="always")
    return buffer.getvalue()


def _as_text(cell: pl.Expr, short: int = _SHORT) -> pl.Expr:
    """The cell, behind an apostrophe where spreadsheets would take it for a formula, a number, a date or a truth value.

    Apostrophes it begins with are looked past, so that the one added can be told from the text's own and be taken away
    again: queue-answers.yaml does, by the same rule.
    """
    bare = cell.str.replace_all("\r\n", "\n", literal=True).str.strip_chars_start("'")
    is_amount = bare.str.contains(r"\p{Nd}") & (
        (bare.str.len_chars() <= short) | ~bare.str.contains(r"(?s)\p{L}.*\p{L}")
    )
    taken = bare.str.contains(_FORMULA) | is_amount | bare.str.contains(_TRUTH)
    return pl.when(~taken).then(cell).otherwise(pl.lit("'") + cell)


def inert(text: str) -> str:
    """A text as a cell of a table has it: behind an apostrophe where a spreadsheet would run or rewrite it."""
    return str(pl.select(_as_text(pl.lit(text))).item())


def _label_studio(tasks: pl.DataFrame) -> bytes:
    """A list of tasks, each with all that is known of it as its data."""
    buffer = BytesIO()
    tasks.select(data=pl.struct(pl.all())).write_json(buffer)
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "jsonl": lambda tasks: _json_lines(_to_fill_in(tasks)),
    "csv": _csv,
    "label-studio": _label_studio,
}
FORMATS = tuple(_WRITERS)
"""The formats tasks can be written in."""
