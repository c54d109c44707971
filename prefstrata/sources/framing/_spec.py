"""What a caller says about a file, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.sources.framing._fields import Fields

__all__ = ["DEEPEST", "Framed", "Framing", "Kind", "Limits"]

Kind = Literal["jsonl", "json", "csv", "parquet"]
Compression = Literal["none", "gzip", "zstd"]

_KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
_COMPRESSIONS: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd"}
# DuckDB itself refuses what is nested deeper than 128, scalars counted, and fails the whole file for it.
DEEPEST = 126


@dataclass(frozen=True)
class Framing:
    """How to find records in a file and what their fields are.

    Attributes:
        fields: the fields to read; other keys are not read. None reads every column as found (CSV and Parquet only).
        kind: jsonl, json, csv or parquet; None goes by the suffix.
        compression: none, gzip or zstd; None goes by the suffix.
        records: for json, the keys that lead to the records, joined by dots; empty for the document itself.
        key: for json whose records are the values of an object, the field that gets their key.
        delimiter: for csv, what parts cells; None is a tab for ``.tsv`` and a comma otherwise.
        empty_is_null: for csv, whether an empty text cell is null (true) or empty text (false).
    """

    fields: Fields | None = None
    kind: Kind | None = None
    compression: Compression | None = None
    records: str = ""
    key: str = "key"
    delimiter: str | None = None
    empty_is_null: bool = True

    def kind_of(self, path: Path) -> Kind:
        """The kind of ``path``: as declared, or by its suffix.

        Raises:
            ConfigError: nothing is declared and the suffix is unknown.
        """
        suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSIONS]
        kind = self.kind or _KINDS.get(suffixes[-1] if suffixes else "")
        if kind is None:
            raise ConfigError(
                "the suffix does not tell what kind of file it is",
                where=str(path),
                todo="Move it away, let the source's `path` find other files only, or write into its `map` "
                "what they are: `read: {kind: csv}`, or jsonl, json or parquet.",
            )
        return kind

    def compression_of(self, path: Path) -> Compression:
        """The compression of ``path``: as declared, or by its suffix."""
        return self.compression or _COMPRESSIONS.get(path.suffix.lower(), "none")

    def delimiter_of(self, path: Path) -> str:
        """What parts the cells of ``path``."""
        return self.delimiter or ("\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ",")


@dataclass(frozen=True)
class Limits:
    """Bounds that keep one hostile record from costing more than itself.

    Attributes:
        record_bytes: a longer record is refused without being held in memory.
        depth: deeper nesting is refused; at most 126, above which the bulk reader fails.
        raw_bytes: how much of a refused record is kept.
        part_bytes: newline-delimited JSON of more bytes is read in parts that end at the first line end after as many;
            None reads all of it at once. What is compressed, or has several parts, is copied for the time it is read.
        temp_directory: where copies are written for the time of the read; None is the system's place.
    """

    record_bytes: int = 16 << 20
    depth: int = 100
    raw_bytes: int = 64 << 10
    part_bytes: int | None = None
    temp_directory: Path | None = None

    def __post_init__(self) -> None:
        """Refuse limits that could not be kept."""
        sizes = (self.record_bytes, self.raw_bytes, 1 if self.part_bytes is None else self.part_bytes)
        if not 1 <= self.depth <= DEEPEST or min(sizes) < 1:
            raise ConfigError(f"limits must be positive and depth at most {DEEPEST}", where="limits")


@dataclass(frozen=True)
class Framed:
    """What one file, or a part of it, held.

    Attributes:
        table: temp view with ``line bigint`` and one column per field, the accepted records only.
        rejects: temp table with the columns of ``staging.rejects`` less ``batch_id``, the refused records only; those
            of earlier parts stay in it.
        read: records found; equals the rows of ``table`` plus ``rejected``.
        rejected: records refused.
        fast: whether the bulk reader took it as it is.
    """

    table: str
    rejects: str
    read: int
    rejected: int
    fast: bool = field(compare=False, default=False)
