"""Requests that are paid for and come to nothing: few are sent in a row, and what they asked is not given up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from benchmarks.judging.questions import judge, pairs, questions
from prefstrata.model import UnreachableError
from tests.integration.judging._asking import run

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer


def test_a_judge_that_never_answers_in_time_is_stopped(server: JudgeServer, tmp_path: Path) -> None:
    """Every late answer may be paid: a few tens are, not ten for each question; the setting at fault is named."""
    server.set(faults={"slow": 1.0}, slow_seconds=1.0)
    asked = questions(judge(server.base_url, timeout=0.2, concurrency=8), pairs(50))
    _, progress = run(tmp_path, asked)
    assert progress.requests <= 20 + 2 * 8
    assert (progress.done, progress.remaining, progress.outcomes["stopped"] > 90) == (0, 100, True)
    with pytest.raises(UnreachableError, match=re.escape("no answer in time; timeout is 0.2 seconds")):
        progress.demand_replies()


def test_one_question_that_is_always_late_is_paid_three_times_a_run(server: JudgeServer, tmp_path: Path) -> None:
    """Others are answered; it is left for the next run."""
    server.set(faults={"slow": 1.0}, slow_seconds=0.7)
    asked = questions(judge(server.base_url, timeout=0.2), pairs(1))
    _, progress = run(tmp_path, asked)
    assert (progress.outcomes, progress.requests, progress.remaining) == ({"failed": 2}, 6, 2)


def test_a_page_in_the_place_of_answers_stops_the_judge_and_ends_no_question(
    server: JudgeServer, tmp_path: Path
) -> None:
    """A gateway that says 200 and is no model: found out in a few tens of requests, asked again when it is mended."""
    many = questions(judge(server.base_url, concurrency=8), pairs(40))
    run(tmp_path, many[:20])
    server.set(refuses={"/v1/": 200})
    _, progress = run(tmp_path, many)
    assert progress.requests <= 20 + 2 * 8
    assert (progress.outcomes["answered"], progress.outcomes["stopped"], progress.remaining) == (20, 60, 60)
    assert "refused: /v1/" in progress.stopped["lynx"]
    with pytest.raises(UnreachableError, match="refused: /v1/"):
        progress.demand_replies()
    server.set(refuses={"/v1/": 200})
    few = many[20:24]
    for _ in range(2):
        assert run(tmp_path, few)[1].outcomes == {"malformed": 4}
    server.set(refuses={})
    assert run(tmp_path, many)[1].outcomes == {"answered": 80}


def test_a_judge_that_says_nothing_usable_is_stopped(server: JudgeServer, tmp_path: Path) -> None:
    """A model that thinks until its limit is met: not every question is paid for three times."""
    server.set(faults={"truncated": 1.0})
    _, progress = run(tmp_path, questions(judge(server.base_url, concurrency=8), pairs(50)))
    assert progress.requests <= 20 + 2 * 8
    assert progress.remaining == 100
    assert "truncated" in progress.silent["lynx"]
