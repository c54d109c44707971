"""What the pipeline makes of a simulated product, held against its truth."""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from benchmarks.online.simulate import SEGMENTS, World
from prefstrata.pipeline import STAGES, open_project_store, open_session, stage_of
from prefstrata.project import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prefstrata.pipeline import Session

__all__ = [
    "Accuracy",
    "accuracy",
    "build",
    "coverage",
    "evidence_of",
    "labels",
    "opened",
    "release_of",
    "truth",
    "yields",
]


@contextmanager
def opened(folder: Path) -> Iterator[Session]:
    """A session on the project."""
    with open_session(read_project(folder)) as session:
        yield session


def evidence_of(session: Session) -> dict[str, float]:
    """Read what is new and make votes of it; seconds for each."""
    began = time.perf_counter()
    session.ingest()
    read = time.perf_counter()
    for name in stage_of("evidence").tables:
        session.build(name)
    return {"ingest": read - began, "votes": time.perf_counter() - read}


def build(session: Session) -> None:
    """Build everything after the evidence, up to the queues."""
    for stage in STAGES:
        if stage.name not in {"ledger", "evidence"}:
            for name in stage.tables:
                session.build(name)


def yields(session: Session, world: World) -> tuple[float, float]:
    """Preferences that an annotator who is right changes, per annotation: of the pairs drawn, and of all."""
    found = labels(session)
    better = world.quality[found["prompt"], found["one"]] > world.quality[found["prompt"], found["other"]]
    leads = np.sign((found["p_a"] - found["p_b"]).to_numpy())
    found = found.with_columns(changed=pl.Series(leads != np.where(better, 1, -1)))
    drawn = session.engine.read("noise.backflow").join(found, on="pair_id")
    return float(drawn["changed"].to_numpy().mean()), float(found["changed"].to_numpy().mean())


def release_of(folder: Path) -> tuple[str, str]:
    """Run the whole pipeline; the release id, and a hash over every file of layers, calibration and weights."""
    project = read_project(folder)
    with open_project_store(project) as store, open_session(project) as session:
        session.ingest()
        for stage in STAGES:
            for name in stage.tables:
                session.build(name)
            session.guard(stage)
        outcome = session.release(store)
        if outcome.commit is None:
            raise RuntimeError(f"nothing was released: {outcome.status}")
        files = sorted(
            (file.path, file.sha256)
            for file in store.list(outcome.commit.id)
            if file.path not in {"manifest.json", "CARD.md", "report/index.html"}
        )
        return outcome.commit.release_id, hashlib.sha256(repr(files).encode()).hexdigest()


def truth(world: World) -> pl.DataFrame:
    """How often each kind of event is right, by form, kind, place and segment, with tasks as they are shown."""
    events, quality = world.events, world.quality
    beats = (quality[:, :, None] > quality[:, None, :]).sum(axis=2) / (quality.shape[1] - 1)
    about = np.where(events["kind"] == "retry", events["other"], events["answer"])
    wins = beats[events["prompt"].to_numpy(), about]
    named = events.with_columns(
        pl.when(pl.col("kind") == "retry")
        .then(pl.lit("unknown"))
        .otherwise(pl.col("place").replace_strict({0: "first", 1: "later", -1: "unknown"}, return_dtype=pl.String))
        .alias("place"),
        segment=pl.col("segment").replace_strict(dict(enumerate(SEGMENTS)), return_dtype=pl.String),
        wins=pl.Series(wins),
    )
    shown = named.filter(pl.col("kind") == "shown").group_by("place", "segment", "task").len("shown")
    anywhere = shown.group_by("segment", "task").agg(pl.col("shown").sum()).with_columns(place=pl.lit("unknown"))
    shown = pl.concat([shown, anywhere.select(shown.columns)])
    for_it = pl.col("kind").is_in(["like", "accept", "copy"])
    said = named.filter(pl.col("kind") != "shown")
    single = said.with_columns(form=pl.lit("single"), right=pl.when(for_it).then("wins").otherwise(1 - pl.col("wins")))
    pair = said.filter(pl.col("kind").is_in(["accept", "retry"])).with_columns(form=pl.lit("pair"))
    apart = single.filter(pl.col("kind").is_in(["like", "dislike"])).with_columns(form=pl.lit("pair"))
    rates = (
        pl.concat([single, pair, apart])
        .group_by("form", "kind", "place", "segment", "task")
        .agg(right=pl.col("right").mean())
        .join(shown, on=["place", "segment", "task"])
    )
    return rates.group_by("form", "kind", "place", "segment").agg(
        truth=(pl.col("right") * pl.col("shown")).sum() / pl.col("shown").sum()
    )


def coverage(session: Session, world: World) -> pl.DataFrame:
    """Each cell whose reliability was estimated, its truth, and whether the interval holds it."""
    return (
        session.engine.read("evidence.signals")
        .filter(pl.col("known"))
        .join(truth(world), on=["form", "kind", "place", "segment"])
        .with_columns(inside=pl.col("truth").is_between(pl.col("low"), pl.col("high")))
        .sort("form", "kind", "place", "segment")
    )


def labels(session: Session) -> pl.DataFrame:
    """The pairs that users alone judged: prompt, one, other, layer, and how probably each is better."""
    with session.engine.connection() as connection:
        rows = connection.execute(
            "select p.pair_id, regexp_extract(ra.content, 'prompt (\\d+)', 1)::bigint as prompt,"
            " regexp_extract(ra.content, 'Answer (\\d)', 1)::bigint as one,"
            " regexp_extract(rb.content, 'Answer (\\d)', 1)::bigint as other, n.p_a, n.p_b, l.layer"
            " from noise.preferences n join evidence.pairs p using (pair_id)"
            " join layers.records l on l.record_id = p.pair_id and l.kind = 'pairs'"
            " join ledger.responses ra on ra.seq = p.seq_a join ledger.responses rb on rb.seq = p.seq_b"
            " where p.pair_id not in (select pair_id from evidence.trusted)"
        ).fetchall()
    names = ("pair_id", "prompt", "one", "other", "p_a", "p_b", "layer")
    return pl.DataFrame(rows, schema=names, orient="row")


@dataclass(frozen=True)
class Accuracy:
    """How often labels of weak pairs are right: ours, by likes and dislikes as they come, and by accepts too."""

    pairs: int
    ours: float
    likes: float
    face_value: float


def accuracy(session: Session, world: World) -> Accuracy:
    """Hold the weak layer's pairs against the truth, beside counting likes, dislikes and accepts as they come."""
    found = labels(session).filter(pl.col("layer") == "weak")
    quality = world.quality
    better = quality[found["prompt"], found["one"]] > quality[found["prompt"], found["other"]]
    side = np.where(better, 1, -1)
    ours = np.sign((found["p_a"] - found["p_b"]).to_numpy())
    thumbs, taken = (_net(world, found, kinds) for kinds in (("like", "dislike"), ("like", "dislike", "accept")))
    return Accuracy(found.height, _right(ours, side), _right(thumbs, side), _right(taken, side))


def _net(world: World, found: pl.DataFrame, kinds: tuple[str, ...]) -> np.ndarray:
    """Which of the two has more events of these kinds for it, less those against it."""
    events = world.events.filter(pl.col("kind").is_in(kinds))
    net = events.group_by("prompt", "answer").agg(net=pl.when(pl.col("kind") == "dislike").then(-1).otherwise(1).sum())
    of = {(prompt, answer): count for prompt, answer, count in net.iter_rows()}
    sides = found.select("prompt", "one", "other").iter_rows()
    return np.sign([of.get((prompt, one), 0) - of.get((prompt, other), 0) for prompt, one, other in sides])


def _right(said: np.ndarray, side: np.ndarray) -> float:
    """The share that is right; where nothing is said, a coin is tossed."""
    return float(np.mean(np.where(said == 0, 0.5, said == side)))
