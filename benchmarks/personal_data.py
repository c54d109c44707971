"""What searching texts for personal data costs, and what it finds: beside a bare scan of the same texts.

``python -m benchmarks.personal_data [--megabytes 50] [--data ../shared/data]``. The texts are those of the real slices,
said again until they are many enough, each another by its number, with something planted in one of fifty. Printed are:
MB/s of a bare scan for addresses by one regular expression, of the statement that picks texts, and of the whole pass,
all on one thread; how much of what was planted is found; and what is found in the real texts, where nobody planted
anything, for a person to judge.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.engine import DuckDBEngine
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import TABLES
from prefstrata.policy import PERSONAL_DATA, Privacy
from prefstrata.privacy import find, search_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PLANTED", "main"]

PLANTED = {
    "email_address": ("ann.lee+x@mail.example.co.uk", "o.hara_1@example.org", "info@müller.example"),
    "phone_number": ("+49 30 901820", "+1 (650) 253-0000", "0049 30 901820", "(212) 736-5000", "1-800-275-2273"),
    "iban_code": ("DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947"),
    "credit_card": ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"),
    "ip_address": ("103.16.156.24", "2001:4860:4860::8888"),
    "national_id": ("536-22-8726", "AB 12 34 56 C", "RSSMRA85T10A562S", "111.444.777-35", "131052-308T"),
}
_EVERY = 50
_SHORTEST = 40
_BARE = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
_REGIONS = ("US",)


def main() -> int:
    """Measure and print; returns 0 when everything planted is found, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared/data")
    options = parser.parse_args()
    real = sorted(set(_real(options.data)))
    if not real:
        sys.stdout.write(f"there are no texts in {options.data}\n")
        return 1
    texts = list(_many(real, options.megabytes * 1_000_000))
    missed = _speed(texts)
    _show("texts in which something was planted and not found", missed.items())
    found = Counter(each.kind for text in real for each in find(text, PERSONAL_DATA, _REGIONS))
    _show(f"found in {len(real):,} real texts, {_megabytes(real):.1f} MB", found.items())
    return 1 if missed.total() else 0


def _real(folder: Path) -> Iterator[str]:
    """Every text of some length in the JSON files of the slices."""
    for path in sorted(folder.rglob("*.json*")):
        plain = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = plain.splitlines() if "jsonl" in path.name else [plain]
        for line in lines:
            yield from (text for text in _strings(json.loads(line)) if len(text) >= _SHORTEST)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _many(real: list[str], least: int) -> Iterator[tuple[str, str | None]]:
    """Texts, each with what is planted in it."""
    planted = [(kind, each) for kind, some in PLANTED.items() for each in some]
    taken = number = 0
    while taken < least:
        text, kind = f"{real[number % len(real)]} ({number})", None
        if number % _EVERY == 0:
            kind, what = planted[number // _EVERY % len(planted)]
            text = f"{text} It is {what}, I think."
        taken += len(text.encode())
        number += 1
        yield text, kind


def _speed(texts: list[tuple[str, str | None]]) -> Counter[str]:
    """Print the speeds; returns how often something planted was not found, by kind."""
    engine = DuckDBEngine(":memory:", threads=1)
    for table in TABLES:
        engine.ensure(table)
    rows = pl.DataFrame({"content": [text for text, _ in texts]}).with_row_index("seq", offset=1)
    with engine.connection() as connection:
        connection.register("texts", ArrowStream(rows))
        connection.execute(
            "insert into ledger.responses by name select cast(seq as varchar) as response_id, content, seq from texts"
        ).fetchall()
    word, kinds, regions = Privacy(personal_data="mask").row
    policy = pl.DataFrame({"scenario": ["*"], "personal_data": [word], "kinds": [kinds], "regions": [regions]})
    engine.load("policy.privacy", policy)
    find("+1 212 736 5000", PERSONAL_DATA, _REGIONS)  # the libraries are loaded once
    size = _megabytes([text for text, _ in texts])
    taken = {
        "a bare scan for addresses": _scan(engine, f"regexp_matches(content, '{_BARE}')"),
        "picking the texts": _scan(engine, "may_be_personal(content)"),
        "the whole pass": _clocked(lambda: search_texts(engine)),
    }
    again = _clocked(lambda: search_texts(engine))
    bare = taken["a bare scan for addresses"]
    sys.stdout.write(f"{len(texts):,} texts, {size:.1f} MB, one thread\n")
    for name, seconds in taken.items():
        sys.stdout.write(f"  {name:<28} {size / seconds:8.1f} MB/s  {seconds / bare:5.1f} times the bare scan\n")
    sys.stdout.write(f"  {'the same ledger again':<28} {again:8.2f} s\n")
    found = {(row["id"], row["kind"]) for row in engine.read("privacy.found").to_dicts()}
    engine.close()
    planted = [(str(place), kind) for place, (_, kind) in enumerate(texts, start=1) if kind]
    sys.stdout.write(f"planted in {len(planted):,} texts, found in {sum(each in found for each in planted):,}\n")
    return Counter(kind for place, kind in planted if (place, kind) not in found)


def _scan(engine: DuckDBEngine, condition: str) -> float:
    def scan() -> None:
        with engine.connection() as connection:
            connection.execute(f"select count(*) from ledger.responses where {condition}").fetchall()  # noqa: S608 - own text

    return min(_clocked(scan) for _ in range(3))


def _clocked(work: Any) -> float:  # noqa: ANN401 - anything that is called
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _megabytes(texts: list[str]) -> float:
    return sum(len(text.encode()) for text in texts) / 1e6


def _show(title: str, counts: Any) -> None:  # noqa: ANN401 - pairs of a name and a number
    told = ", ".join(f"{count:,} {name}" for name, count in sorted(counts)) or "none"
    sys.stdout.write(f"{title}: {told}\n")


if __name__ == "__main__":
    sys.exit(main())
