"""The example project's files: the same every time, of every kind, and broken where they are meant to be."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from examples.generator import SEED, drop, generate
from prefstrata.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Example

FEW = 120


def _hashes(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file()
    }


def _records(directory: Path, source: str) -> list[dict[str, Any]]:
    """The good records of a source's JSON lines."""
    found = []
    for path in sorted((directory / "inbox" / source).iterdir()):
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for line in text.decode().splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            found.append(record)
    return found


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Neither clock nor order of calls reaches a file."""
    generate(tmp_path / "one", prompts=FEW)
    generate(tmp_path / "two", prompts=FEW)
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")


def test_another_seed_writes_another_project(tmp_path: Path) -> None:
    """The seed decides what is asked and answered."""
    one = generate(tmp_path / "one", prompts=FEW).pairs
    two = generate(tmp_path / "two", prompts=FEW, seed=SEED + 1).pairs
    assert one.join(two, on=["response_1", "response_2", "prompt"]).height < one.height / 4


def test_example_is_of_the_size_it_promises(example: Example) -> None:
    """1,500 prompts, no two alike, and about 20,000 statements."""
    assert example.truth.responses["prompt"].n_unique() == 1_500
    records = example.truth.records
    experts, crowd, rankings, traces = (records[source] for source in ("experts", "crowd", "rankings", "traces"))
    rest = sum(records.values()) - experts - crowd - rankings - traces
    statements = rest + 6 * experts + round(3.7 * crowd) + 6 * rankings + 5 * traces
    assert 18_000 <= statements <= 26_000


def test_every_source_of_the_config_has_files_and_every_file_a_source(example: Example) -> None:
    """The config reads what the generator writes, all of it and once."""
    project = read_project(example.directory)
    read = [
        str(path.relative_to(example.directory))
        for source in project.sources
        for path in example.directory.glob(source.path)
    ]
    assert sorted(read) == sorted(example.truth.files)
    # Nobody has settled anything yet.
    assert {source.name for source in project.sources} == {*example.truth.records, "answers"}


def test_all_supervisors_and_modes_take_part(example: Example) -> None:
    """Four supervisors and users, in all three modes."""
    sources = read_project(example.directory).sources
    assert {source.supervisor for source in sources} == {"expert", "crowd", "user", "judge", "rule"}
    assert {source.mode for source in sources} == {"offline", "online", "synthetic"}


def test_pairs_come_graded_tied_and_both_bad(example: Example) -> None:
    """S1: the crowd's answers hold every kind of pairwise verdict, by three to five workers."""
    answered = [record["answers"] for record in _records(example.directory, "crowd") if record.get("area")]
    answers = [answer for each in answered if isinstance(each, list) for answer in each]
    assert {"one", "two", "same", "neither"} <= {answer["pick"] for answer in answers}
    assert {answer["degree"] for answer in answers if answer["degree"] == answer["degree"]} == {None, 1, 2, 3}
    assert {len(each) for each in answered if isinstance(each, list)} == {1, 3, 4, 5}  # 1: the broken ones


def test_scores_use_two_scales_and_several_raters(example: Example) -> None:
    """S2: stars from 1 to 5 and points from 0 to 100, each response scored by more than one rater."""
    stars = [record for record in _records(example.directory, "stars") if isinstance(record.get("score"), int)]
    assert {record["score"] for record in stars} == {1, 2, 3, 4, 5}
    (path,) = (example.directory / "inbox" / "points").iterdir()
    with path.open(encoding="utf-8", newline="") as file:
        rows = pl.DataFrame(list(csv.DictReader(file)))
    raters = rows.group_by("prompt", "response", "aspect").agg(pl.col("rater").n_unique())
    assert raters["rater"].min() == 2
    assert rows["points"].cast(pl.Int64, strict=False).max() == 100


def test_traces_hold_right_steps_mistakes_and_what_follows_from_them(example: Example) -> None:
    """S3: every reward occurs, under both segmentation templates."""
    traces = _records(example.directory, "traces")
    rewards = {step["reward"] for record in traces if isinstance(record["steps"], list) for step in record["steps"]}
    assert {-1.0, 0.0, 1.0} <= rewards
    assert {"arithmetic@1", "plan@1"} <= {record["meta"].get("template") for record in traces}


def test_experts_judge_every_dimension_and_say_why(example: Example) -> None:
    """S4: dimensions, reason tags and a rationale, and at high risk a few records that lack them."""
    records = [record for record in _records(example.directory, "experts") if record.get("meta", {}).get("level")]
    bare = [record for record in records if not record["judgement"]["dims"]]
    assert any(record["meta"]["risk_level"] == "high" for record in bare)
    assert len(bare) < len(records) / 20
    for record in records:
        explained = bool(record["judgement"]["dims"])
        assert bool(record["judgement"]["reason_tags"]) == explained
        assert ("rationale" in record["meta"]) == explained


def test_rules_pass_and_fail_what_they_look_at(example: Example) -> None:
    """S5: every rule has both verdicts."""
    frame = pl.DataFrame(
        [
            {"rule": record["rule"], "passed": record["passed"]}
            for record in _records(example.directory, "rules")
            if isinstance(record["passed"], bool) and record["rule"] != "no-such-rule"
        ]
    )
    rates = frame.group_by("rule").agg(pl.col("passed").mean())
    assert rates.height == 5
    assert rates["passed"].is_between(0.02, 0.999).all()


def test_users_do_everything_the_platform_knows_offline_people_cannot(example: Example) -> None:
    """S6: all actions of the config occur, and answers side by side are told apart by their place."""
    events = [record for record in _records(example.directory, "users") if "session" in record]
    source = next(source for source in read_project(example.directory).sources if source.name == "users")
    assert source.map is not None
    known = set(source.map["events"][0]["kind"]["values"])
    assert known == {event["action"] for event in events} - {"teleported"}
    assert {event["place"] for event in events if event["beside"]} == {0, 1}


def test_ranked_lists_hold_four(example: Example) -> None:
    """S7: four responses, four ranks, the best is 1, and some share a rank."""
    (path,) = (example.directory / "inbox" / "rankings").iterdir()
    lists = json.loads(path.read_bytes())["lists"]
    assert {len(each["candidates"]) for each in lists} == {len(each["ranks"]) for each in lists} == {4}
    assert all(min(each["ranks"]) == 1 for each in lists)
    assert any(len(set(each["ranks"])) < 4 for each in lists)


def test_every_source_that_can_be_broken_is(example: Example) -> None:
    """The quarantine of the example has something of every source that people or programs write line by line."""
    broken = example.truth.broken
    assert {source for source, count in broken.items() if count} == {
        "experts",
        "crowd",
        "users",
        "stars",
        "points",
        "traces",
        "rules",
        "judges",
    }
    assert sum(broken.values()) < sum(example.truth.records.values()) / 100


def test_drop_only_adds(example: Example, tmp_path: Path) -> None:
    """A new day brings new files, one to two per cent more, and touches nothing that is there."""
    generate(tmp_path)
    before = _hashes(tmp_path)
    day = drop(tmp_path, 3)
    after = _hashes(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(day.files) < set(after) - set(before)
    share = sum(day.records.values()) / sum(example.truth.records.values())
    assert 0.01 <= share <= 0.02


def test_drops_are_days_of_their_own(tmp_path: Path) -> None:
    """Two days share no new prompt, the same day is the same bytes, and no day repeats a base prompt as new."""
    base = generate(tmp_path / "one", prompts=FEW)
    first, second = (drop(tmp_path / "one", day, prompts=FEW) for day in (1, 2))
    drop(tmp_path / "two", 2, prompts=FEW)
    one, two = _hashes(tmp_path / "one"), _hashes(tmp_path / "two")
    assert {name: one[name] for name in two} == two
    known = _prompts(base.responses)
    assert len(_prompts(first.responses) - known) == len(_prompts(second.responses) - known) == 18
    assert not (_prompts(first.responses) - known) & (_prompts(second.responses) - known)


def _prompts(frame: pl.DataFrame) -> set[str]:
    return {json.dumps(prompt) for prompt in frame["prompt"].to_list()}


@pytest.mark.parametrize("day", [0, 31])
def test_drop_refuses_a_day_that_november_has_not(tmp_path: Path, day: int) -> None:
    """A wrong day is said, not written."""
    with pytest.raises(ValueError, match="November has days 1 to 30"):
        drop(tmp_path, day)
    assert not list(tmp_path.iterdir())
