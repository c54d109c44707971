"""A product whose truth is known: users see answers, and some of them do something about it.

Answers have a quality; users tell them apart as well as their segment does, and worse in some tasks. They speak up more
in some tasks than in others, and more about bad answers. Of two answers shown side by side the first is favoured, and
each prompt has an answer that the product mostly shows first, for no good reason. Deliveries repeat, come late and bear
wrong clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["POSITION", "World", "brigade", "make", "project_text", "write"]

TASKS = ("chat", "code", "law", "maths", "plans", "verse")
_SPEAKS = np.array([0.9, 0.35, 0.25, 0.6, 0.8, 0.5])
"""How readily users speak up in a task."""
_TELLS = np.array([0.6, 1.5, 1.2, 1.3, 0.8, 0.5])
"""How well they tell answers apart there."""
SEGMENTS = ("new", "regular", "veteran")
_SHARE = (0.5, 0.35, 0.15)
_ACUITY = np.array([0.35, 0.9, 1.8])
POSITION = 0.9
"""Log-odds of the first place."""
_FIRST = 0.8
"""How often the answer that the product favours stands first."""
_ANSWERS = 3
_TRUSTED = 0.2
_EXPERT = 0.95


@dataclass(frozen=True)
class World:
    """What was made.

    Attributes:
        events: one row per event, once, in no order of arrival; ``answer`` is the answer it is about (of comparisons,
            the one it speaks for, and ``other`` the one against), ``right`` whether it points the way the truth does.
        quality: quality of every answer, prompts by answers.
        votes: pairs that experts judged: prompt, one, other, and whether the one won.
    """

    events: pl.DataFrame
    quality: np.ndarray
    votes: pl.DataFrame


def make(events: int, users: int, seed: int = 1) -> World:
    """Draw about that many events of that many users."""
    rng = np.random.default_rng(seed)
    sessions = round(events / 2.1)
    prompts = max(30, events // 60)
    task = rng.integers(0, len(TASKS), prompts)
    quality = rng.normal(size=(prompts, _ANSWERS))
    favourite = rng.integers(0, _ANSWERS, prompts)
    segment = rng.choice(len(SEGMENTS), size=users, p=_SHARE)

    user = rng.integers(0, users, sessions)
    prompt = rng.integers(0, prompts, sessions)
    one = rng.integers(0, _ANSWERS, sessions)
    two = (one + rng.integers(1, _ANSWERS, sessions)) % _ANSWERS
    swap = (two == favourite[prompt]) & (rng.random(sessions) < _FIRST) | (one == favourite[prompt]) & (
        rng.random(sessions) < 1 - _FIRST
    )
    first, second = np.where(swap, two, one), np.where(swap, one, two)
    pair = rng.random(sessions) < 0.5  # noqa: PLR2004 - half of the sessions show two
    start = rng.integers(0, 28 * 86_400, sessions)
    base = {
        "session": np.arange(sessions),
        "user": user,
        "segment": segment[user],
        "prompt": prompt,
        "task": task[prompt],
        "start": start,
    }
    tells = _ACUITY[segment[user]] * _TELLS[task[prompt]]
    speaks = _SPEAKS[task[prompt]]
    q_first, q_second = quality[prompt, first], quality[prompt, second]
    made = [_rows(base, np.ones(sessions, bool), "shown", first, None, 0, 0)]
    made.append(_rows(base, pair, "shown", second, None, 1, 1))

    # Two side by side: one is taken, the first too often.
    takes = pair & (rng.random(sessions) < 0.9 * speaks)
    is_first = rng.random(sessions) < _sigmoid(POSITION + 1.6 * tells * (q_first - q_second))
    taken, left = np.where(is_first, first, second), np.where(is_first, second, first)
    made.append(_rows(base, takes, "accept", taken, left, np.where(is_first, 0, 1), 2, quality=quality))

    # One alone: a thumb, more readily down; a copy; another try, which gives another answer; an edit.
    good = rng.random(sessions) < _sigmoid(2.0 * tells * q_first)
    mood = speaks * np.where(good, 0.6, 1.0)
    thumb = ~pair & (rng.random(sessions) < 0.8 * mood)
    made.append(_rows(base, thumb & good, "like", first, None, 0, 2, quality=quality, up=True))
    made.append(_rows(base, thumb & ~good, "dislike", first, None, 0, 2, quality=quality, up=False))
    copies = ~pair & (
        rng.random(sessions) < speaks * np.where(rng.random(sessions) < _sigmoid(0.5 * tells * q_first), 0.4, 0.2)
    )
    made.append(_rows(base, copies, "copy", first, None, 0, 3, quality=quality, up=True))
    again = ~pair & ~good & (rng.random(sessions) < 0.5 * speaks)
    made.append(_rows(base, again, "retry", second, first, -1, 4, quality=quality))
    every = pl.concat([each for each in made if each.height])
    every = every.with_columns(event=pl.concat_str(pl.lit("e"), "session", pl.lit("-"), "step"))
    trusted = rng.random(prompts) < _TRUSTED
    number = np.flatnonzero(trusted)
    left_one = rng.integers(0, _ANSWERS, number.size)
    right_one = (left_one + rng.integers(1, _ANSWERS, number.size)) % _ANSWERS
    won = (quality[number, left_one] > quality[number, right_one]) == (rng.random(number.size) < _EXPERT)
    votes = pl.DataFrame({"prompt": number, "one": left_one, "other": right_one, "won": won, "task": task[number]})
    return World(every, quality, votes)


def brigade(world: World, accounts: int, votes: int, seed: int = 2) -> pl.DataFrame:
    """Events of accounts that push: each takes the worse of two answers, on one pair within a quarter of an hour."""
    rng = np.random.default_rng(seed)
    prompts = rng.choice(world.quality.shape[0], votes, replace=False)
    order = np.argsort(world.quality[prompts], axis=1)
    target, target_loser = order[:, 0], order[:, -1]
    hour = rng.integers(0, 28 * 86_400, votes)
    account, item = (each.ravel() for each in np.meshgrid(np.arange(accounts), np.arange(votes)))
    base = {
        "session": 10_000_000 + account * votes + item,
        "user": 10_000_000 + account,
        "segment": np.zeros(account.size, int),
        "prompt": prompts[item],
        "task": np.zeros(account.size, int),
        "start": hour[item] + rng.integers(0, 900, account.size),
    }
    made = _rows(
        base, np.ones(account.size, bool), "accept", target[item], target_loser[item], 1, 2, quality=world.quality
    )
    return made.with_columns(event=pl.concat_str(pl.lit("b"), "session", pl.lit("-"), "step"))


def _rows(  # noqa: PLR0913, PLR0917 - an event has as many parts
    base: dict[str, np.ndarray],
    chosen: np.ndarray,
    kind: str,
    answer: np.ndarray,
    other: np.ndarray | None,
    place: np.ndarray | int,
    step: int,
    *,
    quality: np.ndarray | None = None,
    up: bool | None = None,
) -> pl.DataFrame:
    """Events of a kind in the chosen sessions; comparisons speak for ``answer`` and against ``other``."""
    picks = {name: values[chosen] for name, values in base.items()}
    answer = answer[chosen]
    size = answer.size
    none = np.full(size, -1)
    right = np.full(size, np.nan)
    if quality is not None and other is not None:
        right = (quality[picks["prompt"], answer] > quality[picks["prompt"], other[chosen]]).astype(float)
    elif quality is not None:
        beats = (quality[picks["prompt"], answer][:, None] > quality[picks["prompt"]]).sum(axis=1) / (_ANSWERS - 1)
        right = beats if up else 1 - beats
    return pl.DataFrame(
        {
            **picks,
            "kind": np.full(size, kind),
            "answer": answer,
            "other": none if other is None else other[chosen],
            "place": place[chosen] if isinstance(place, np.ndarray) else np.full(size, place),
            "step": np.full(size, step),
            "right": right,
        }
    )


def _sigmoid(x: np.ndarray) -> np.ndarray:
    sigmoid: np.ndarray = 1 / (1 + np.exp(-x))
    return sigmoid


def write(world: World, events: pl.DataFrame, folder: Path, *, seed: int = 1, files: int = 8) -> int:
    """Write the events and the experts' votes as files of an inbox; the seed is that of the arrival.

    A tenth is delivered twice, half of these with another time of receipt; a tenth comes in the last file, long after
    it happened; one clock in a hundred is days ahead. Which, does not depend on the seed: only order and cut do.

    Returns:
        The lines of events written.
    """
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    (folder / "prefstrata.yaml").write_text(project_text(), "utf-8")
    lines = deliveries(events)
    rng = np.random.default_rng(seed)
    late = lines["late"].to_numpy()
    place = rng.random(lines.height) * np.where(late, 1, files - 1) + np.where(late, files - 1, 0)
    lines = lines.with_columns(file=pl.Series(place.astype(int)), spot=pl.Series(place)).sort("spot")
    for (number,), part in sorted(lines.partition_by("file", as_dict=True).items()):
        part.drop("file", "spot", "late").write_ndjson(folder / "inbox" / f"events-{seed:03}-{number:02}.jsonl")
    told = world.votes.with_columns(
        asked=_asked(pl.col("prompt"), pl.col("task")),
        left=_said(pl.col("prompt"), pl.col("one")),
        right=_said(pl.col("prompt"), pl.col("other")),
        choice=pl.when("won").then(pl.lit("left")).otherwise(pl.lit("right")),
        id=pl.concat_str(pl.lit("v"), "prompt"),
        task=_named(pl.col("task"), TASKS),
    ).select("id", "asked", "task", "left", "right", "choice")
    told.write_ndjson(folder / "inbox" / "votes.jsonl")
    return lines.height


def deliveries(events: pl.DataFrame) -> pl.DataFrame:
    """The lines as they are delivered."""
    lot = pl.col("event").hash(7) % 1000
    happened = pl.datetime(2026, 10, 1) + pl.duration(seconds=pl.col("start") + 7 * pl.col("step"))
    retried = pl.col("kind") == "retry"
    paired = pl.col("kind") == "accept"
    rows = events.with_columns(
        lot=lot,
        received=happened + pl.duration(seconds=2),
        at=pl.when(lot.is_between(500, 509)).then(happened + pl.duration(days=3)).otherwise(happened),
    ).select(
        id="event",
        session=pl.concat_str(pl.lit("s"), "session"),
        who=pl.concat_str(pl.lit("u"), "user"),
        plan=_named(pl.col("segment"), SEGMENTS),
        task=_named(pl.col("task"), TASKS),
        did="kind",
        asked=_asked(pl.col("prompt"), pl.col("task")),
        # A retry is about the answer it turns down, and became the one it speaks for.
        got=_said(pl.col("prompt"), pl.when(retried).then("other").otherwise("answer")),
        beside=pl.when(paired).then(_said(pl.col("prompt"), pl.col("other"))),
        made=pl.when(retried).then(_said(pl.col("prompt"), pl.col("answer"))),
        place=pl.when(pl.col("place") >= 0).then("place"),
        at=pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        received=pl.col("received").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        lot="lot",
        late=(lot >= 100) & (lot < 200),  # noqa: PLR2004 - a tenth
    )
    again = rows.filter(pl.col("lot") < 100).with_columns(  # noqa: PLR2004 - a tenth
        received=pl.when(pl.col("lot") < 50).then(pl.lit("2026-11-05T00:00:00Z")).otherwise("received"),  # noqa: PLR2004
        late=pl.lit(value=True),
    )
    return pl.concat([rows, again]).drop("lot")


def _named(number: pl.Expr, names: tuple[str, ...]) -> pl.Expr:
    return number.replace_strict(list(range(len(names))), list(names), return_dtype=pl.String)


def _asked(prompt: pl.Expr, task: pl.Expr) -> pl.Expr:
    return pl.concat_str(
        pl.lit("Prompt "), prompt, pl.lit(" of task "), task, pl.lit(": what should I do next, and why?")
    )


def _said(prompt: pl.Expr, answer: pl.Expr) -> pl.Expr:
    return pl.concat_str(
        pl.lit("Answer "), answer, pl.lit(" to prompt "), prompt, pl.lit(": first this, then that, at last.")
    )


def project_text() -> str:
    """The project that reads it."""
    return """\
name: product
policies: [general]
sources:
  - name: app
    mode: online
    supervisor: user
    path: inbox/events-*.jsonl
    format: mapping
    map:
      fields: {id: text, session: text, who: text, plan: text, task: text, did: text, asked: text, got: text,
               beside: text, made: text, place: integer, at: text, received: text}
      prompt: asked
      task: task
      events:
        - id: id
          kind: did
          response: {text: got}
          alternatives: [{text: beside}]
          became: {text: made}
          session: session
          user: who
          segment: plan
          position: place
          occurred_at: at
          received_at: received
  - name: experts
    mode: offline
    supervisor: expert
    path: inbox/votes.jsonl
    format: mapping
    map:
      fields: {id: text, asked: text, task: text, left: text, right: text, choice: text}
      prompt: asked
      task: task
      votes:
        - {id: id, left: {text: left}, right: {text: right}, choice: choice, order: unknown, rater: {constant: board}}
"""
