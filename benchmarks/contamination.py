"""How surely copies of a frozen set are found among real text, and how rarely anything else is taken for one.

``python -m benchmarks.contamination``: plants copies of real pairs (exact, in another case, in other spacing and
punctuation, lightly edited) among real pairs from elsewhere, and prints recall and false positives. Runs the statements
of ``sql/`` that a run uses. Needs the real slices in ``../shared/data``.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from rich.console import Console
from rich.table import Table

from prefstrata.engine import DuckDBEngine
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DATA", "Found", "Pair", "find", "measure", "unrelated"]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_EDITED = 0.05
"""Share of the words that a light edit touches, one at least."""
_LEAST_WORDS = 8


class Pair(NamedTuple):
    """Two responses to a prompt."""

    prompt: str
    one: str
    other: str


class Found(NamedTuple):
    """What was found: records per kind of copy, those found, unrelated records, those taken for copies, and seconds."""

    planted: Counter[str]
    found: Counter[str]
    unrelated: int
    mistaken: tuple[Pair, ...]
    seconds: float

    @property
    def recall(self) -> float:
        """Share of all planted records that were found."""
        return self.found.total() / max(1, self.planted.total())

    @property
    def false_positives(self) -> float:
        """Share of the unrelated records that were taken for copies."""
        return len(self.mistaken) / max(1, self.unrelated)


def frozen(data: Path = DATA) -> list[Pair]:
    """The pairs of the PandaLM test set: what is frozen."""
    rows = json.loads((data / "multi-annotator-pandalm" / "testset-v1.json").read_text("utf-8"))
    pairs = (
        Pair(f"{row['instruction']}\n{row['input'] or ''}".strip(), row["response1"], row["response2"]) for row in rows
    )
    return [pair for pair in pairs if all(isinstance(text, str) and text.strip() for text in pair)]


def unrelated(data: Path = DATA) -> Iterator[Pair]:
    """Real pairs that have nothing to do with those: dialogues, and arguments of a debate portal."""
    with gzip.open(data / "pairwise-hh-rlhf" / "test.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            prompt, _, chosen = row["chosen"].rpartition("\n\nAssistant:")
            yield Pair(prompt, chosen, row["rejected"].rpartition("\n\nAssistant:")[2])
    with (data / "multi-annotator-ukpconvarg" / "pairs.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield Pair(f"{row['debate_title']}: {row['stance']}", row["arg1"], row["arg2"])


def _edit(text: str, draw: random.Random) -> str:
    words = text.split(" ")
    for _ in range(max(1, round(_EDITED * len(words)))):
        place = draw.randrange(len(words))
        kind = draw.randrange(3)
        if kind == 0:
            words[place] = draw.choice(("quite", "perhaps", "indeed", "however", "another"))
        elif kind == 1 and len(words) > 1:
            del words[place]
        else:
            words.insert(place, draw.choice(("really", "also", "just", "very")))
    return " ".join(words)


def _space(text: str, draw: random.Random) -> str:
    spaced = re.sub(" ", lambda _: draw.choice((" ", "  ", "\n", "\t")), text)
    return re.sub(r"[.,;!]", lambda _: draw.choice(("", " ,", " -")), spaced)


_COPIES: dict[str, Callable[[str, random.Random], str]] = {
    "exact": lambda text, _: text,
    "re-cased": lambda text, draw: draw.choice((text.upper(), text.lower(), text.title())),
    "re-spaced": _space,
    "lightly edited": _edit,
}


def find(engine: DuckDBEngine, kept: Sequence[Pair], records: Sequence[Pair]) -> list[bool]:
    """For each record whether it is a copy of something that is frozen, by the statements of ``sql/``."""
    frozen_rows = [
        {"source": "frozen", "prompt_id": f"p{n}", "left_id": f"p{n}a", "right_id": f"p{n}b", "left_text": pair.one}
        | {"right_text": pair.other, "messages": [{"role": "user", "content": pair.prompt}]}
        for n, pair in enumerate(kept)
    ]
    texts = [
        {"response_id": f"{n}{side}", "prompt_id": f"{n}", "content": text, "seq": 2 * n + turn}
        for n, pair in enumerate(records)
        for turn, (side, text) in enumerate((("a", pair.one), ("b", pair.other)))
    ]
    prompts = [
        {"prompt_id": f"{n}", "messages": [{"role": "user", "content": pair.prompt}], "seq": n}
        for n, pair in enumerate(records)
    ]
    for full_name, rows in {
        "ledger.frozen": frozen_rows,
        "ledger.responses": texts,
        "evidence.responses": texts,
        "ledger.prompts": prompts,
        "evidence.prompts": prompts,
    }.items():
        _fill(engine, full_name, rows)
    for name in ("evidence.frozen_words", "evidence.contaminated"):
        engine.build(name)
    hit = {row["id"].rstrip("ab") for row in engine.read("evidence.contaminated").iter_rows(named=True)}
    return [f"{n}" in hit for n in range(len(records))]


def _fill(engine: DuckDBEngine, full_name: str, rows: list[dict[str, object]]) -> None:
    """Rows into a table whatever its other columns are: they stay null."""
    with engine.connection() as connection:
        connection.execute(f"delete from {full_name}").fetchall()  # noqa: S608 - own names
        frame = pl.DataFrame(rows)
        names = {row[0] for row in connection.execute(f"describe {full_name}").fetchall()} & set(frame.columns)
        connection.register("__rows", ArrowStream(frame.select(sorted(names))))
        connection.execute(f"insert into {full_name} by name select * from __rows").fetchall()  # noqa: S608
        connection.unregister("__rows")


def measure(data: Path = DATA, *, copies: int = 250, seed: int = 1) -> Found:
    """Plant ``copies`` of each kind among all unrelated pairs, and find them."""
    draw = random.Random(seed)  # noqa: S311 - which pairs are copied, no secret
    kept = frozen(data)
    planted = [
        (name, Pair(*(copy(text, draw) for text in pair)))
        for name, copy in _COPIES.items()
        for pair in draw.sample(kept, copies)
    ]
    others = list(unrelated(data))
    with closing(DuckDBEngine(":memory:")) as engine:
        for each in TABLES:
            engine.ensure(each)
        began = time.process_time()
        hits = find(engine, kept, [*(pair for _, pair in planted), *others])
        seconds = time.process_time() - began
    found = Counter(name for (name, _), hit in zip(planted, hits, strict=False) if hit)
    mistaken = tuple(pair for pair, hit in zip(others, hits[len(planted) :], strict=True) if hit)
    return Found(Counter(name for name, _ in planted), found, len(others), mistaken, seconds)


def main() -> None:
    """Measure, and print a table."""
    result, console = measure(), Console()
    table = Table("copies", "planted", "found", "recall", title="Copies of frozen pairs among real text")
    for name, planted in result.planted.items():
        found = result.found[name]
        table.add_row(name, str(planted), str(found), f"{found / planted:.3f}")
    table.add_row("all", str(result.planted.total()), str(result.found.total()), f"{result.recall:.4f}")
    console.print(table)
    console.print(
        f"unrelated records: {result.unrelated}, taken for copies: {len(result.mistaken)} "
        f"({100 * result.false_positives:.3f} %), {result.seconds:.1f} s of CPU"
    )
    for pair in result.mistaken[:5]:
        console.print(f"  {pair.prompt[-80:]!r}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
