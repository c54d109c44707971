"""Twelve real slices, read by configuration alone: what they say is in the ledger, and their dirt has a reason."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.engine import DuckDBEngine
from prefstrata.project import read_project
from prefstrata.sources import IngestSummary, ingest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent / "twelve-slices"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.slices,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data"),
]

# Per source: records read, records refused by reason, and the rows that the rest became.
EXPECTED: dict[str, tuple[int, dict[str, int], dict[str, int]]] = {
    "pandalm-people": (999, {"wrong_type": 6}, {"votes": 2979}),
    "pandalm-judge-gpt": (999, {"unknown_value": 24, "no_match": 6}, {"votes": 969}),
    "pandalm-judge-pandalm": (999, {"no_match": 6}, {"votes": 993}),
    "ukpconvarg": (3642, {}, {"votes": 3642}),
    "tulu": (1150, {"identical_sides": 40, "missing_text": 1}, {"votes": 1109, "ratings": 2218}),
    "hh-rlhf": (2312, {}, {"votes": 2312}),
    "finegrained": (250, {}, {"votes": 1500, "ratings": 750}),
    "squality": (20, {}, {"votes": 2700, "ratings": 2700}),
    "medfeedback": (3220, {}, {"ratings": 3220}),
    "bigbench-mistake": (900, {}, {"steps": 5620}),
    "bigbench-answers": (900, {}, {"ratings": 900}),
    "llmbar-people": (100, {}, {"votes": 100}),
    "llmbar-judges": (1100, {"says_nothing": 3}, {"votes": 2193}),
    "wildbench": (400, {}, {"ratings": 400}),
    "cups": (1078, {}, {"events": 1078 + 328}),
    "copilot-arena": (112, {}, {"events": 112}),
}


class Ledger:
    """An engine that has read the slices, and what the reading told."""

    def __init__(self, engine: DuckDBEngine, summary: IngestSummary) -> None:
        """Keep both."""
        self.engine, self.summary = engine, summary

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        with self.engine.connection() as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """All twelve slices, read once."""
    engine = DuckDBEngine(":memory:", threads=2)
    yield Ledger(engine, ingest(engine, read_project(PROJECT)))
    engine.close()


def test_every_record_is_accepted_or_refused_for_a_reason(ledger: Ledger) -> None:
    """For every batch read = accepted + quarantined, in the report, in the ledger, and in the quarantine itself."""
    for file in ledger.summary.files:
        assert file.read == file.accepted + file.quarantined > 0
        assert sum(file.reasons.values()) == file.quarantined
    rows = ledger.query(
        "select batch_id, b.read, b.accepted, b.quarantined, count(q.line) from ledger.batches b"
        " left join ledger.quarantine q using (batch_id) group by all"
    )
    assert len(rows) == len(ledger.summary.files)
    assert all(read == accepted + refused and refused == kept for _, read, accepted, refused, kept in rows)


@pytest.mark.parametrize("source", EXPECTED)
def test_slice_gives_what_it_holds(ledger: Ledger, source: str) -> None:
    """Counts of records, of reasons, and of statements."""
    read, reasons, rows = EXPECTED[source]
    files = [file for file in ledger.summary.files if file.source == source]
    told: Counter[str] = Counter()
    for file in files:
        told.update(file.reasons)
    assert sum(file.read for file in files) == read
    assert told == reasons
    found = {
        kind: ledger.query(f"select count(*) from ledger.{kind} where source = '{source}'")[0][0]  # noqa: S608 - ours
        for kind in ("votes", "ratings", "steps", "events")
    }
    assert {kind: count for kind, count in found.items() if count} == rows


def test_boolean_responses_are_refused_with_what_was_found(ledger: Ledger) -> None:
    """Six responses are JSON true: the key, the value and the type wanted are named, and the place in the file."""
    rows = ledger.query(
        'select detail, "offset", raw from ledger.quarantine'
        " where source = 'pandalm-people' and reason = 'wrong_type'"
    )
    assert len(rows) == 6
    assert all("holds a boolean: true; expected text" in detail and offset > 0 for detail, offset, _ in rows)
    assert all(json.loads(raw)["idx"] in {157, 158, 159, 161, 162, 164} for _, _, raw in rows)


def test_people_and_judges_meet_on_the_same_pairs(ledger: Ledger) -> None:
    """What three people and two judges said about one pair is about one pair."""
    [(pairs,)] = ledger.query(
        "select count(*) from (select prompt_id, left_id, right_id from ledger.votes where source like 'pandalm-%'"
        " group by all having count(distinct rater_id) = 5)"
    )
    assert pairs == 878


def test_crowd_has_its_people_times_and_words(ledger: Ledger) -> None:
    """1,100 workers, odd timestamps, a reason for each vote."""
    [row] = ledger.query(
        "select count(distinct rater_id), count(decided_at), count(shown_at), count(rationale),"
        " sum((shown_at > decided_at)::integer) from ledger.votes where source = 'ukpconvarg'"
    )
    assert row == (1100, 3642, 3642, 3642, 0)


def test_grades_and_both_orders_are_kept(ledger: Ledger) -> None:
    """Five grades as choice and strength; a pair shown both ways is one pair with two orders."""
    grades = dict(ledger.query("select strength, count(*) from ledger.votes where source = 'tulu' group by 1"))
    assert grades.keys() == {0.0, 0.5, 1.0}
    [(both,)] = ledger.query(
        "select count(*) from (select least(left_id, right_id), greatest(left_id, right_id) from ledger.votes"
        " where source = 'tulu' group by all having count(distinct left_id) = 2)"
    )
    assert both >= 75
    assert ledger.query("select count(distinct rater_id) from ledger.votes where source = 'tulu'") == [(16,)]


def test_empty_answers_are_answers(ledger: Ledger) -> None:
    """An empty final turn and an empty response are what was compared."""
    [(empty,)] = ledger.query("select count(*) from ledger.responses where content = ''")
    assert empty >= 4 + 10


def test_judges_saw_both_orders(ledger: Ledger) -> None:
    """Eleven judge configurations, each pair shown either way, the winner mapped to the side shown."""
    rows = ledger.query("select rater_id, count(*) from ledger.votes where source = 'llmbar-judges' group by 1")
    assert len(rows) == 11
    assert all(196 <= count <= 200 for _, count in rows)
    [(flips,)] = ledger.query(
        "select count(*) from (select rater_id, prompt_id from ledger.votes where source = 'llmbar-judges' group by all"
        " having count(distinct case choice when 'left' then left_id else right_id end) = 2)"
    )
    assert flips > 100


def test_pairs_of_one_judgement_are_known_as_such(ledger: Ledger) -> None:
    """Four answers compared in six pairs, three systems ranked: one judgement each."""
    rows = ledger.query(
        "select source, judgement_size, count(distinct judgement_id), count(*) from ledger.votes"
        " where judgement_id is not null group by all order by all"
    )
    assert rows == [("finegrained", 4, 250, 1500), ("squality", 3, 900, 2700)]


def test_ratings_are_on_their_declared_scales(ledger: Ledger) -> None:
    """Five scales, from two values to a hundred and one."""
    rows = ledger.query("select distinct source, scale_min, scale_max from ledger.ratings order by 1")
    assert rows == [
        ("bigbench-answers", 0, 1),
        ("finegrained", 0, 1),
        ("medfeedback", 1, 5),
        ("squality", 0, 100),
        ("tulu", 0, 1),
        ("wildbench", 1, 10),
    ]
    [(outside,)] = ledger.query("select count(*) from ledger.ratings where not value between scale_min and scale_max")
    assert outside == 0


def test_traces_end_their_rewards_at_the_first_mistake(ledger: Ledger) -> None:
    """A trace has at most one wrong step, and it is the last that was judged."""
    [(traces, wrong, later)] = ledger.query(
        "select count(*), sum((mistakes = 1)::integer),"
        " sum((mistakes > 1 or last_reward = 1 and mistakes = 1)::integer)"
        ' from (select trace_id, sum((reward < 0)::integer) as mistakes, arg_max(reward, "index") as last_reward'
        " from ledger.steps where source = 'bigbench-mistake' group by trace_id)"
    )
    assert (traces, wrong, later) == (900, 900 - 108, 0)


def test_events_have_users_times_and_what_stood_beside(ledger: Ledger) -> None:
    """Users are pseudonyms; an accept of one of two knows the other and its place."""
    kinds = dict(ledger.query("select kind, count(*) from ledger.events where source = 'cups' group by 1"))
    assert kinds == {"shown": 396 + 352 + 2, "accept": 115, "reject": 213, "dwell": 328}
    [(users, named, timed)] = ledger.query(
        "select count(distinct user_id), sum((length(user_id) = 32)::integer), count(occurred_at)"
        " from ledger.events where source = 'cups'"
    )
    assert (users, named, timed) == (8, 1406, 1406)
    rows = ledger.query(
        "select position, count(*), sum(len(alternatives)) from ledger.events"
        " where source = 'copilot-arena' group by 1 order by 1"
    )
    assert rows == [(0, 92, 92), (1, 20, 20)]


def test_shuffled_and_split_files_give_the_same_ids(ledger: Ledger, tmp_path: Path) -> None:
    """Two slices, cut in three and shuffled, read source by source: the same statements under the same ids."""
    text = (PROJECT / "prefstrata.yaml").read_text("utf-8").replace("../../../../shared/data", "data")
    (tmp_path / "prefstrata.yaml").write_text(text, "utf-8")
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("SHA256SUMS"), copy_function=shutil.copyfile)
    shuffled = {
        "ukpconvarg": tmp_path / "data/multi-annotator-ukpconvarg/assignments.jsonl",
        "finegrained": tmp_path / "data/pairwise-span-finegrained/dev_feedback_first250.jsonl",
        "bigbench-mistake": tmp_path / "data/process-bigbench-mistake/logical_deduction.jsonl",
    }
    for path in shuffled.values():
        lines = [f"{line}\n" for line in path.read_text("utf-8").split("\n") if line]  # the last line has no end
        random.Random(3).shuffle(lines)  # noqa: S311 - any order will do
        path.unlink()
        for part in range(3):
            path.with_name(f"{path.stem}.{part}.jsonl").write_text("".join(lines[part::3]), "utf-8")
    engine = DuckDBEngine(":memory:", threads=2)
    project = read_project(tmp_path)
    for source in shuffled:
        ingest(engine, project, only=[source])
    other = Ledger(engine, ledger.summary)
    for table, column in (("votes", "vote_id"), ("ratings", "rating_id"), ("steps", "step_id")):
        sql = f"select {column} from ledger.{table} where source in {tuple(shuffled)} order by 1"  # noqa: S608 - ours
        assert other.query(sql) == ledger.query(sql)
    engine.close()


def test_reading_again_finds_nothing_new(ledger: Ledger) -> None:
    """Every file is known by its bytes."""
    again = ingest(ledger.engine, read_project(PROJECT))
    assert again.appended is None
    assert {file.status for file in again.files} == {"known"}
