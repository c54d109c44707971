"""One measured part in a process of its own: ``python -m benchmarks.noise._speed_child PART VOTES FOLDER``.

``make`` writes ``votes-N.parquet`` and a project whose warehouse holds the same votes as evidence; ``fit`` fits them.
Either prints a JSON document.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.noise import ours

_VOTES_PER_PAIR = 2.5
_RATERS = 2_000
_CHOICES = pl.Series(("a", "tie", "b"))
_JUDGES = 20
"""So many of the raters are judges of four families; one vote in ten is theirs."""


def votes_and_items(count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Made-up votes by 2,000 raters of several strata, one pair per two and a half votes, and the pairs."""
    rng = np.random.default_rng(1)
    pairs = int(count / _VOTES_PER_PAIR)
    item = np.sort(rng.integers(0, pairs, count))
    rater = np.where(rng.random(count) < 0.1, rng.integers(0, _JUDGES, count), rng.integers(_JUDGES, _RATERS, count))  # noqa: PLR2004
    truth = rng.choice(3, pairs, p=[0.45, 0.1, 0.45])
    ability = rng.uniform(0.5, 0.95, _RATERS)
    choice = np.where(rng.random(count) < ability[rater], truth[item], rng.integers(0, 3, count))
    raters = pl.DataFrame({"rater": np.arange(_RATERS)}).with_columns(
        name=pl.when(pl.col("rater") < _JUDGES).then(pl.lit("judge:r")).otherwise(pl.lit("crowd:r"))
        + pl.col("rater").cast(pl.String),
        stratum=pl.when(pl.col("rater") < _JUDGES).then(pl.lit("judge/offline")).otherwise(pl.lit("crowd/offline")),
        family=pl.when(pl.col("rater") < _JUDGES).then(pl.format("family-{}", pl.col("rater") % 4)),
    )
    # As long as ids in a ledger are, and as hard to compress.
    ids = pl.Series([hashlib.sha256(b"%d" % number).hexdigest()[:32] for number in range(pairs)])
    votes = pl.DataFrame(
        {
            "vote": np.arange(count),
            "item": ids.gather(item),
            "rater": raters["name"].gather(rater),
            "stratum": raters["stratum"].gather(rater),
            "family": raters["family"].gather(rater),
            "choice": _CHOICES.gather(choice),
            "a_shown_first": rng.random(count) < 0.5,  # noqa: PLR2004
        }
    ).with_columns(strength=pl.lit(None, pl.Float64), settles=pl.lit(value=False))
    items = pl.DataFrame(
        {
            "item": ids,
            **{f"characters_{side}": rng.integers(200, 2_000, pairs) for side in "ab"},
            **{f"markdown_{side}": rng.poisson(4, pairs) for side in "ab"},
            **{f"hedged_{side}": rng.random(pairs) < 0.2 for side in "ab"},  # noqa: PLR2004
        }
    )
    return votes, items


def make(count: int, folder: Path) -> dict[str, float]:
    """Write the votes for the peer, and for us as evidence in a warehouse."""
    votes, items = votes_and_items(count)
    votes.select("item", "rater", "choice").write_parquet(folder / f"votes-{count}.parquet")
    project = folder / f"project-{count}"
    project.mkdir()
    with ours.session(project) as session:
        ours.load(session.engine, votes, items)
    return {}


def fit(count: int, folder: Path) -> dict[str, float]:
    """From evidence to preferences and raters; the same file may be fitted again."""
    with ours.session(folder / f"project-{count}") as session:
        began, worked = time.perf_counter(), time.process_time()
        ours.fit(session)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        rows = len(session.engine.read("noise.raters"))
    return {"seconds": seconds, "cpu": cpu, "raters": rows}


def main() -> None:
    """Do the part the command line names."""
    part, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    found = {"make": make, "fit": fit}[part](count, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sys.stdout.write(json.dumps({**found, "peak_gib": peak}) + "\n")


if __name__ == "__main__":
    main()
