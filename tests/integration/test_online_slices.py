"""What users of two real products did, and of simulated ones: counted, attributed, freed of its place."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.model.arrow import ArrowStream
from prefstrata.model.tables import table
from prefstrata.noise import FITTED
from prefstrata.pipeline import open_session, stage_of
from prefstrata.project import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefstrata.pipeline import Session

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
slices = [
    pytest.mark.slices,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data"),
]

_ASSISTANTS = """\
name: assistants
policies: [general]
sources:
  - &cups
    name: cups
    mode: online
    supervisor: user
    path: DATA/online-cups-copilot/events*.jsonl
    format: mapping
    defaults: {task: completion}
    map:
      fields: &fields {session: integer, seq: integer, UserId: integer, TimeGenerated: text, StateName: text,
                       CurrentSuggestion: text, CurrentPrompt: text}
      # Texts are JSON within JSON; an empty prompt was not recorded.
      prompt: nullif(CurrentPrompt, '')::json ->> '$'
      responses: {suggestion: {text: "CurrentSuggestion::json ->> '$'"}}
      events:
        - &what
          id: concat_ws('/', session, seq)
          kind:
            from: StateName
            values: {Shown: shown, Replay: shown, Browsing: shown, Accepted: accept, Rejected: reject}
          response: suggestion
          session: session
          user: UserId
          occurred_at: TimeGenerated
          raw: StateName
  # The same again, as if what was accepted and rejected had not been written down: only what was shown names its text.
  - <<: *cups
    name: nameless
    map:
      fields: *fields
      prompt: "case when StateName not in ('Accepted', 'Rejected') then nullif(CurrentPrompt, '')::json ->> '$' end"
      responses: {suggestion: {text: "CurrentSuggestion::json ->> '$'"}}
      events:
        - {<<: *what, where: "StateName not in ('Accepted', 'Rejected')"}
        - id: concat_ws('/', session, seq)
          where: StateName in ('Accepted', 'Rejected')
          kind: {from: StateName, values: {Accepted: accept, Rejected: reject}}
          session: session
          user: UserId
          occurred_at: TimeGenerated
  - name: arena
    mode: online
    supervisor: user
    path: DATA/online-copilot-arena/copilot_arena_examples*.csv
    format: mapping
    defaults: {task: completion}
    map:
      fields: {prefix: text, suffix: text, model_a: text, model_b: text, acceptedIndex: text, completion_a: text,
               completion_b: text}
      read: {empty_is_null: false}
      prompt: concat(prefix, '<fill in here>', suffix)
      responses:
        a: {text: completion_a, generator: model_a}
        b: {text: completion_b, generator: model_b}
      events:
        - {where: acceptedIndex = '0.0', kind: {constant: accept}, response: a, alternatives: [b], position: 0}
        - {where: acceptedIndex = '1.0', kind: {constant: accept}, response: b, alternatives: [a], position: 1}
"""


_PRODUCT = """\
name: product
policies: [general]
sources:
  - name: app
    mode: online
    supervisor: user
    path: events.jsonl
    format: mapping
    map:
      fields: {id: text, who: text, asked: text, got: text, beside: text, place: integer, at: text, favoured: boolean}
      prompt: asked
      events:
        - {id: id, user: who, kind: {constant: accept}, response: {text: got}, alternatives: [{text: beside}],
           position: place, occurred_at: at}
  - name: experts
    mode: offline
    supervisor: expert
    path: votes.jsonl
    format: mapping
    map:
      fields: {id: text, asked: text, got: text, beside: text, did: text}
      prompt: asked
      votes: [{id: id, left: {text: got}, right: {text: beside}, choice: did, order: unknown, rater: {constant: board}}]
"""


@pytest.fixture(scope="module")
def assistants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Both products, read by configuration alone, up to the votes."""
    folder = tmp_path_factory.mktemp("assistants")
    (folder / "prefstrata.yaml").write_text(_ASSISTANTS.replace("DATA", str(DATA)), "utf-8")
    with _built(folder, "evidence") as session:
        yield session


@contextmanager
def _built(folder: Path, *stages: str) -> Iterator[Session]:
    """A session on the project, with its files read and those stages built."""
    with open_session(read_project(folder)) as session:
        session.ingest()
        for stage in stages:
            for name in stage_of(stage).tables:
                session.build(name)
        yield session


def _rows(session: Session, sql: str) -> list[tuple[Any, ...]]:
    with session.engine.connection() as connection:
        return connection.execute(sql).fetchall()


class TestCodeAssistants:
    """The real slices."""

    pytestmark = slices

    def test_counts_by_state_are_those_of_the_files(self, assistants: Session) -> None:
        """Every state is an event, once; the row with a carriage return, which lax readers break in two, is one."""
        lines = (DATA / "online-cups-copilot" / "events.jsonl").read_text("utf-8").splitlines()
        states = Counter(json.loads(line)["StateName"] for line in lines)
        told = _rows(assistants, "select raw, count(*) from ledger.events where source = 'cups' group by raw")
        assert dict(told) == states == {"Shown": 352, "Replay": 396, "Browsing": 2, "Accepted": 115, "Rejected": 213}
        heard = "select kind, count(*) from evidence.actions where source = 'cups' group by kind"
        assert dict(_rows(assistants, heard)) == {"shown": 750, "accept": 115, "reject": 213}
        places = (
            "select position, count(*) from ledger.events where source = 'arena' group by position order by position"
        )
        assert _rows(assistants, places) == [(0, 92), (1, 20)]
        read = "select read, accepted, quarantined from ledger.batches where source = 'arena'"
        assert _rows(assistants, read) == [(112, 112, 0)]

    def test_order_is_that_of_time_not_of_text(self, assistants: Session) -> None:
        """Fourteen stamps look older than the one before, because they are written with fewer digits; none is."""
        lines = (DATA / "online-cups-copilot" / "events.jsonl").read_text("utf-8").splitlines()
        stamps = [(each["session"], each["TimeGenerated"]) for each in map(json.loads, lines)]
        assert sum(one[0] == two[0] and one[1] > two[1] for one, two in pairwise(stamps)) == 14
        stepped = (
            "select count(*) from (select actions.happened_at < lag(actions.happened_at) over (partition by"
            " actions.session order by told.line) as back from evidence.actions as actions join ledger.events as told"
            " using (event_id) where actions.source = 'cups') where back"
        )
        assert _rows(assistants, stepped) == [(0,)]

    def test_accepts_are_attributed_with_a_doubt_that_is_true(self, assistants: Session) -> None:
        """What was shown last in its session is what was accepted; where no event says so, the doubt is half."""
        told = {
            (source, kind): (events, named, adjacent, agreeing, attributed, round(doubt, 4))
            for source, kind, events, named, adjacent, agreeing, attributed, doubt in _rows(
                assistants,
                "select source, kind, events, named, adjacent, agreeing, attributed, doubt from evidence.attribution",
            )
        }
        assert told["cups", "accept"] == (115, 115, 115, 115, 0, 0.0043)
        assert told["cups", "reject"] == (213, 213, 213, 213, 0, 0.0023)
        assert told["nameless", "accept"] == (115, 0, 0, 0, 115, 0.5)
        assert told["nameless", "reject"] == (213, 0, 0, 0, 213, 0.5)
        met = (
            "select count(*), count(*) filter (where blind.response_id = seen.response_id), min(blind.doubt)"
            " from evidence.events as blind join ledger.events as mine on mine.event_id = blind.event_id"
            " join ledger.events as seen on seen.own_id = mine.own_id and seen.source = 'cups'"
            " where blind.source = 'nameless'"
        )
        assert _rows(assistants, met) == [(328, 328, 0.5)]

    def test_the_first_place_is_estimated(self, assistants: Session) -> None:
        """91 of 111 choices are the upper one, which is surely no accident. One more has the same text twice."""
        [(choices, first, low, effect, high)] = _rows(
            assistants,
            "select choices, first, effect_low, effect, effect_high from evidence.positions where source = 'arena'",
        )
        assert (choices, first) == (111, 91)
        assert 1.0 < low < effect < high < 2.1


def test_the_interval_of_the_first_place_holds_the_truth() -> None:
    """Of simulated products with known effects nine intervals in ten hold the truth, or what chance makes of nine."""
    rng = np.random.default_rng(5)
    products, choices = 60, 400
    better = rng.normal(size=(products, choices))
    pull = rng.uniform(-0.5, 2, products)
    rates = 1 / (1 + np.exp(-(pull[:, None] + 1.5 * better)))
    # What the first place gets beyond half where the better of the two stands there by lot: the truth that is sought.
    truth = (1 / (1 + np.exp(-(pull[:, None] + 1.5 * rng.normal(size=(products, 20_000)))))).mean(axis=1)
    first = rng.random((products, choices)) < rates
    source = [f"p{number:02}" for number in range(products)]
    ids = [f"{name}-{number}" for name in source for number in range(choices)]
    votes = pl.DataFrame(
        {"vote_id": ids, "event_id": ids, "kind": ["accept"] * len(ids), "winner_first": first.ravel().tolist()}
    )
    events = pl.DataFrame({"event_id": ids, "source": [name for name in source for _ in range(choices)]})
    with closing(DuckDBEngine(":memory:", threads=1)) as engine:
        for name, rows in (("evidence.event_votes", votes), ("evidence.events", events)):
            engine.ensure(table(name))
            with engine.connection() as connection:
                connection.register("given", ArrowStream(rows))
                connection.execute(f"insert into {name} by name select * from given").fetchall()  # noqa: S608 - ours
        engine.build("evidence.positions")
        found = engine.read("evidence.positions").sort("source")
    effect = np.log(truth / (1 - truth))
    low, high = found["effect_low"].to_numpy(), found["effect_high"].to_numpy()
    inside = int(((low <= effect) & (effect <= high)).sum())
    assert found["source"].to_list() == source
    assert 48 <= inside <= 60


def test_the_first_place_is_taken_off(tmp_path: Path) -> None:
    """Where a product shows one answer first most of the time, and users take what is first, labels see through it."""
    _write_product(tmp_path)
    with _built(tmp_path, "evidence") as session:
        tables = stage_of("noise").tables
        for name in tables[: tables.index(FITTED[-1]) + 1]:
            session.build(name)
        rows = _rows(
            session,
            "select regexp_extract(asked.messages[1].content, 'Question (\\d+)', 1)::integer,"
            " one.content like '%favoured%', p_a, p_b from noise.preferences"
            " join evidence.pairs as pairs using (pair_id)"
            " join ledger.prompts as asked on asked.prompt_id = pairs.prompt_id"
            " join ledger.responses as one on one.response_id = pairs.a"
            " anti join evidence.trusted as known using (pair_id)",
        )
    ours = {number: p_a - p_b if is_a else p_b - p_a for number, is_a, p_a, p_b in rows}
    counts = _face_value(tmp_path)
    apart = [number for number in ours if number % 3]
    right = np.mean([(ours[number] > 0) == (number % 3 == 1) for number in apart])
    taken = np.mean([(counts[number] > 0.5) == (number % 3 == 1) for number in apart])
    assert right > taken + 0.05
    assert right > 0.9


def _write_product(folder: Path) -> None:
    """Questions in turn with two even answers, with the favoured better, and with the other; the first place draws."""
    rng = np.random.default_rng(11)
    lines = []
    for number in range(90):
        better = (0.0, 1.0, -1.0)[number % 3]
        for turn in range(25):
            favoured_first = rng.random() < 0.8
            pull = 1.2 if favoured_first else -1.2
            takes = rng.random() < 1 / (1 + np.exp(-(pull + better)))
            first = favoured_first == takes
            texts = (f"The favoured answer {number}.", f"Another answer {number}.")
            got, beside = texts if takes else texts[::-1]
            lines.append(
                {
                    "id": f"{number}-{turn}",
                    "who": f"u{rng.integers(60)}",
                    "asked": f"Question {number}?",
                    "got": got,
                    "beside": beside,
                    "place": 0 if first else 1,
                    "at": f"2026-11-{1 + turn:02}T{number % 24:02}:{number % 60:02}:00Z",
                    "favoured": bool(takes),
                }
            )
    known = [
        {
            "id": f"{number}-{turn}",
            "asked": f"Question {number}?",
            "got": f"The favoured answer {number}.",
            "beside": f"Another answer {number}.",
            "did": "left" if number % 3 == 1 else "right",
        }
        for number in range(60, 90)
        if number % 3
        for turn in range(3)
    ]
    (folder / "prefstrata.yaml").write_text(_PRODUCT, "utf-8")
    (folder / "votes.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in known), "utf-8")
    (folder / "events.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")


def _face_value(folder: Path) -> dict[int, float]:
    """By question, how often the favoured answer was taken."""
    taken: dict[int, list[bool]] = {}
    for line in (folder / "events.jsonl").read_text("utf-8").splitlines():
        event = json.loads(line)
        taken.setdefault(int(event["asked"].split()[1][:-1]), []).append(event["favoured"])
    return {number: float(np.mean(each)) for number, each in taken.items()}
