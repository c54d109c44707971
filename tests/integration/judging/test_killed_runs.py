"""What a run that was killed has paid for is finished and delivered by the next, whatever is chosen by then."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.judging import plan_judges, report_judges, run_judges
from prefstrata.model import ConfigError
from prefstrata.project import read_project
from tests._command import inside
from tests.integration.judging._judged import CONFIG, GENERAL, GOLDEN, put, records
from tools.judge_server import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.judging import Progress
    from tools.judge_server import JudgeServer

MOST, MOVED = 6, 200
WORK = {
    "hard": "{{name: pairs, choose: hard, layers: [main, weak, backflow], most: {most}}}",
    "all": "{{name: pairs, choose: all, layers: [main, weak, backflow], most: {most}}}",
    "recombined": "{{name: pairs, pairs: recombined, most: {most}}}",
    "scores": "{{name: pairs, kind: scalar, most: {most}}}",
    "steps": "{{name: pairs, kind: steps, most: {most}}}",
}


class KilledError(Exception):
    """Ends a run in its middle, as a kill does: nothing is delivered."""


@pytest.fixture(scope="module")
def released(shared_server: JudgeServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project with golden and open items, run once, and after people said more: others come first."""
    before, after = (tmp_path_factory.mktemp("released") / name for name in ("before", "after"))
    (before / "inbox").mkdir(parents=True)
    configure(before, shared_server, "hard")
    (before / "policy.yaml").write_text(f"{GENERAL}\njudging: {{canaries: 0.0}}\n", "utf-8")
    put(before / "inbox" / "experts.jsonl", records(0, GOLDEN, "dr"))
    put(before / "inbox" / "crowd.jsonl", material(100, 8))
    assert inside("run", "--quiet", cwd=before).code == 0
    shutil.copytree(before, after)
    contrary = [
        each | {"winner": each["loser"], "loser": each["winner"], "meta": {"rater": "w2"}}
        for each in records(MOVED, 30, "w1")
    ]
    put(after / "inbox" / "crowd-more.jsonl", [*material(MOVED, 30), *contrary])
    assert inside("run", "--quiet", cwd=after).code == 0
    return before, after


def configure(folder: Path, server: JudgeServer, how: str, more: str = "api_key_env: null", most: int = MOST) -> None:
    """One judge that is good, and one layer of work."""
    judge = f"{{name: good, model: good-1, base_url: '{server.base_url}', {more}, concurrency: 1"
    text = CONFIG.partition("judges:")[0].format().replace("crowd.jsonl", "crowd*.jsonl")
    (folder / "prefstrata.yaml").write_text(
        f"{text}judges:\n  budget: {{run: 1, day: 5, project: 10}}\n"
        f"  models:\n    - {judge}, price: {{input: 1, output: 4}}}}\n  work:\n    - {WORK[how].format(most=most)}\n",
        "utf-8",
    )


def material(start: int, count: int) -> list[dict[str, Any]]:
    """Pairs, single answers and traces."""
    single = [
        {"type": "scalar", "prompt": f"What is {number}?", "response": f"{text} {number}.", "score": 0.5}
        | {"meta": {"rater": f"{text} {number}"}}
        for number in range(start, start + count)
        for text in ("It is", "They call it")
    ]
    traces = [
        {"type": "process", "prompt": f"Prove {number}.", "steps": [{"output": f"By {number}.", "reward": 1}]}
        for number in range(start, start + count)
    ]
    return [*records(start, count, "w1"), *single, *traces]


def kill(folder: Path, server: JudgeServer, *, after: int) -> None:
    """Judge until so many questions of the work are over."""

    def listen(what: str, progress: Progress) -> None:
        if what != "work":
            return
        server.set(latency=0.2)  # so slow that every answer is told
        if progress.done >= after:
            raise KilledError

    with pytest.raises(ExceptionGroup) as raised:
        run_judges(read_project(folder), progress=listen)
    assert raised.group_contains(KilledError)
    server.set(latency=0.0)


def delivered(folder: Path) -> list[dict[str, Any]]:
    """The verdicts that a source reads."""
    files = sorted((folder / "inbox" / "verdicts").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def number(record: dict[str, Any]) -> int:
    """The number in the prompt of a record."""
    return int(record["messages"][0]["content"].strip("?.").split()[-1])


@pytest.mark.parametrize("how", WORK)
def test_what_a_killed_run_paid_for_is_finished_and_delivered(
    server: JudgeServer, released: tuple[Path, Path], tmp_path: Path, how: str
) -> None:
    """A release between kill and next run moves the choice: what was begun comes first, and counts among the most."""
    server.set(judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump()})
    before, after = released
    folder = shutil.copytree(before, tmp_path / "project")
    configure(folder, server, how)
    kill(folder, server, after=3)
    begun = server.ledger()["paid"] - 2 * GOLDEN
    assert begun >= 3
    assert delivered(folder) == []
    for name in ("warehouse/prefstrata.duckdb", "inbox/crowd-more.jsonl"):
        shutil.copy(after / name, folder / name)
    planned = plan_judges(read_project(folder))
    done = run_judges(read_project(folder))
    orders = 1 if how in {"scores", "steps"} else 2
    made = [each for each in delivered(folder) if each["kind"] != "pairwise" or number(each) >= GOLDEN]
    assert len(made) == MOST * orders
    assert MOST * orders > sum(number(each) < MOVED for each in made) >= begun
    assert done.progress.requests == server.ledger()["paid"] - begun - 2 * GOLDEN == MOST * orders - begun
    assert sum(cost.questions - cost.known for cost in planned.costs) == done.progress.requests


def test_a_cap_that_was_lowered_holds_for_what_was_begun(
    server: JudgeServer, released: tuple[Path, Path], tmp_path: Path
) -> None:
    """What is answered is delivered, and fills the cap; what has questions left waits until there is room for it."""
    server.set(judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump()})
    folder = shutil.copytree(released[0], tmp_path / "project")
    orders, repeats = 2, 3
    more = f"api_key_env: null, confidence: repeats, repeats: {repeats}"
    configure(folder, server, "hard", more)
    kill(folder, server, after=orders * repeats + 2)
    begun = server.ledger()["paid"] - orders * GOLDEN
    assert orders * repeats < begun < 2 * orders * repeats
    configure(folder, server, "hard", more, most=1)
    assert sum(cost.questions - cost.known for cost in plan_judges(read_project(folder)).costs) == 0
    assert run_judges(read_project(folder)).progress.requests == 0
    assert len({number(each) for each in delivered(folder)} - set(range(GOLDEN))) == 1
    configure(folder, server, "hard", more)
    done = run_judges(read_project(folder))
    assert done.progress.requests == MOST * orders * repeats - begun
    assert len({number(each) for each in delivered(folder)} - set(range(GOLDEN))) == MOST


def test_repeats_that_can_change_no_delivered_verdict_are_not_paid(
    server: JudgeServer, released: tuple[Path, Path], tmp_path: Path
) -> None:
    """A verdict that was delivered stays as it is; the plan says so, and of what is new all repeats are asked."""
    server.set(judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump()})
    before, after = released
    folder = shutil.copytree(before, tmp_path / "project")
    configure(folder, server, "hard", "api_key_env: null, confidence: repeats, repeats: 3")
    assert run_judges(read_project(folder)).progress.requests == 2 * GOLDEN + 3 * 2 * MOST
    configure(folder, server, "hard", "api_key_env: null, confidence: repeats, repeats: 5")
    planned, done = plan_judges(read_project(folder)), run_judges(read_project(folder))
    assert (done.progress.requests, done.delivered) == (0, 0)
    assert sum(cost.questions - cost.known for cost in planned.costs) == 0
    [(reason, items)] = planned.left_out.items()
    assert ("more `repeats`" in reason, items) == (True, MOST)
    assert done.left_out == planned.left_out
    for name in ("warehouse/prefstrata.duckdb", "inbox/crowd-more.jsonl"):
        shutil.copy(after / name, folder / name)
    assert run_judges(read_project(folder)).progress.requests == 5 * 2 * MOST


def test_a_run_without_a_key_has_ended(
    server: JudgeServer, released: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says that it failed, not that it still runs."""
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    folder = shutil.copytree(released[0], tmp_path / "project")
    configure(folder, server, "hard", "api_key_env: NO_SUCH_KEY")
    with pytest.raises(ConfigError, match="NO_SUCH_KEY"):
        run_judges(read_project(folder))
    [run] = report_judges(read_project(folder)).runs
    assert (run["outcome"], run["figures"]) == ("failed", None)
    assert run["ended_at"]
    [line] = [each for each in inside("judge", "report", cwd=folder).out.splitlines() if run["began_at"] in each]
    assert "failed" in line
