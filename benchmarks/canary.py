"""What a small reward model learns from a version, from its surest pairs alone, and from the raw votes it was made of.

``python -m benchmarks.canary``: makes the example project from three seeds, runs each to a release, and asks about
prompts that the project does not have and whose truth is known. Then the same on the real slices (``../shared/data``),
where a fifth of the prompts is held out and what people said of them stands for the truth. ``--no-slices`` leaves these
out, ``--seeds 31 32 33`` takes other seeds, ``--ways`` shows what other weights would do. A margin is beyond the line
below; its interval is a paired one, by prompt, and where it holds nothing the table says that no difference is shown.
"""

from __future__ import annotations

import argparse
import random
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.contamination import DATA
from examples.generator import generate
from examples.generator._items import items
from examples.generator._truth import pair_truth
from prefstrata.model import GateBlockedError
from prefstrata.pipeline import run
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases.gates._asking import paired
from prefstrata.releases.gates._canary import differences, train

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_SEEDS = (1, 2, 3)
_ASKED = 3_000
"""Prompts: with 800 the interval of a margin is two and a half points wide, and the margins are of one."""
_SLICES = Path(__file__).parents[1] / "tests" / "integration" / "twelve-slices"
_HELD_OUT = "hash_bits_high(prompt_id) % 5 = 0"
_RELEASED = """
select
    placed.prompt_id, one.content as a, other.content as b,
    coalesce(aggregates.p_a, preferences.p_a) as p_a, coalesce(aggregates.p_tie, preferences.p_tie) as p_tie,
    placed.layer, records.decided, weights.weight, placed.trust
from layers.records as placed
join weighting.records as records using (kind, record_id)
join weighting.weights as weights using (kind, record_id)
join evidence.pairs as pairs on pairs.pair_id = placed.record_id
join noise.preferences as preferences
    on preferences.pair_id = placed.record_id and preferences.dimension = records.dimension
left join weighting.aggregates as aggregates on aggregates.pair_id = placed.record_id
join ledger.responses as one on one.seq = pairs.seq_a
join ledger.responses as other on other.seq = pairs.seq_b
where placed.kind = 'pairs' and placed.layer <> 'backflow'
order by placed.record_id
"""
_RAW = """
select votes.prompt_id, votes.pair_id, one.content as a, other.content as b, votes.choice, votes.stratum
from evidence.votes as votes
join evidence.pairs as pairs using (pair_id)
join ledger.responses as one on one.seq = pairs.seq_a
join ledger.responses as other on other.seq = pairs.seq_b
where votes.dimension = 'overall' and votes.choice <> 'tie'
order by votes.vote_id
"""


class Lesson(NamedTuple):
    """A pair to learn from: two texts, how probably the first is the better, and what that counts."""

    a: str
    b: str
    p: float
    weight: float


class Question(NamedTuple):
    """A pair to ask about, the better first, and its prompt."""

    better: str
    worse: str
    prompt: str


def _lessons(file: Path, seed: int, *, held_out: bool, ways: bool = False) -> dict[str, list[Lesson]]:
    """What each canary learns from; without the prompts that are held out, when some are.

    With ``ways``, also other weights than the version's, whatever the policy declares shares for: by the square of
    trust alone, and by trust, which leaves thin evidence more.
    """
    apart = f" not ({_HELD_OUT})" if held_out else " true"
    with duckdb.connect(str(file), read_only=True) as connection:
        released = connection.execute(f"select * from ({_RELEASED}) where {apart}").fetchall()  # noqa: S608 - our own
        votes = connection.execute(f"select * from ({_RAW}) where {apart}").fetchall()  # noqa: S608 - likewise
    random.Random(seed).shuffle(votes)  # noqa: S311 - which vote stands for a pair, no secret
    one_a_pair = {pair: Lesson(a, b, float(choice == "a"), 1.0) for _, pair, a, b, choice, _ in votes}
    powers = {"its pairs, by the square of trust": 2, "its pairs, by trust alone": 1} if ways else {}
    return {
        **{
            name: [Lesson(a, b, p_a + p_tie / 2, trust**power) for _, a, b, p_a, p_tie, *_, trust in released]
            for name, power in powers.items()
        },
        "the version, weighted, with p": [
            Lesson(a, b, p_a + p_tie / 2, weight) for _, a, b, p_a, p_tie, _, _, weight, _ in released
        ],
        "its golden, expert and main pairs, as sure": [
            Lesson(a, b, float(p_a >= 1 - p_a - p_tie), 1.0)
            for _, a, b, p_a, p_tie, layer, decided, *_ in released
            if decided and layer != "weak"
        ],
        "the raw pool, a vote a pair": [lesson for _, lesson in sorted(one_a_pair.items())],
    }


def _people(file: Path) -> list[Question]:
    """Held-out prompts of the slices: what most people said of two answers."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            f"select prompt_id, a, b, sum(case choice when 'a' then 1 else -1 end) as lead from ({_RAW})"  # noqa: S608
            f" where {_HELD_OUT} and stratum in ('crowd/offline', 'expert/offline') group by all"
            " having lead <> 0 order by all"
        ).fetchall()
    return [Question(*((a, b) if lead > 0 else (b, a)), prompt) for prompt, a, b, lead in found]


def _truth(seed: int) -> list[Question]:
    """Prompts that the example project of no seed here has, with the truth known of them."""
    return [
        Question(*((one, other) if truth == "first" else (other, one)), str(prompt))
        for prompt, one, other, truth, dimension in pair_truth(items(7_000 + seed, 0, _ASKED))
        .select("prompt", "response_1", "response_2", "truth", "dimension")
        .iter_rows()
        if dimension == "overall" and truth != "tie"
    ]


def _answers(lessons: Sequence[Lesson], asked: object) -> list[float]:
    learned = differences([each.a for each in lessons], [each.b for each in lessons])
    return train(learned, [each.p for each in lessons], [each.weight for each in lessons]).right(asked)


def _told(title: str, sets: dict[str, list[Lesson]], questions: list[Question]) -> Table:
    """A table of how often each canary is right, and how far beyond the next."""
    asked = differences([each.better for each in questions], [each.worse for each in questions])
    found = {name: _answers(lessons, asked) for name, lessons in sets.items()}
    table = Table("learned from", "pairs", "right", "beyond the next", "90 % interval", "shown", title=title)
    names = list(found)
    for name, following in zip(names, [*names[1:], None], strict=True):
        right = sum(found[name]) / len(questions)
        row = [name, f"{len(sets[name]):,}", f"{100 * right:.2f} %"]
        if following:
            gaps = [a - b for a, b in zip(found[name], found[following], strict=True)]
            low, high = paired(gaps, len({each.prompt for each in questions}))
            row += [f"{100 * sum(gaps) / len(gaps):+.2f}", f"{100 * low:+.2f} to {100 * high:+.2f}"]
            row.append("better" if low > 0 else "worse" if high < 0 else "no difference")
        table.add_row(*row)
    return table


def _slices(folder: Path) -> Path:
    """A copy of the project that reads the real slices."""
    shutil.copytree(_SLICES, folder)
    file = folder / PROJECT_FILE
    file.write_text(file.read_text("utf-8").replace("../../../../shared/data", str(DATA)), "utf-8")
    return folder


def main() -> None:
    """Make, run, teach, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=_SEEDS, help="of the example project")
    parser.add_argument("--ways", action="store_true", help="also weigh by trust alone and by its square")
    parser.add_argument("--no-slices", action="store_true", help="leave the real slices out")
    options = parser.parse_args()
    console = Console(width=120)
    with TemporaryDirectory() as folder:
        for seed in options.seeds:
            project = Path(folder) / f"seed-{seed}"
            generate(project, seed=seed)
            try:
                run(read_project(project))
            except GateBlockedError as blocked:
                # By the last check before a release, when all that it would hand out is in the warehouse.
                console.print(f"seed {seed} is not released: {blocked}")
            questions = _truth(seed)
            warehouse = project / "warehouse" / "prefstrata.duckdb"
            lessons = _lessons(warehouse, seed, held_out=False, ways=options.ways)
            console.print(_told(f"example project, seed {seed}: {len(questions):,} held-out pairs", lessons, questions))
        if options.no_slices:
            return
        project = _slices(Path(folder) / "slices")
        run(read_project(project))
        file = project / "warehouse" / "prefstrata.duckdb"
        questions = _people(file)
        title = f"real slices: {len(questions):,} held-out pairs that people judged"
        console.print(_told(title, _lessons(file, 1, held_out=True, ways=options.ways), questions))


if __name__ == "__main__":
    main()
