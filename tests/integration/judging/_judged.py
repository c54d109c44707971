"""A project with golden pairs and open ones, two judges and what they are asked: what tests of judges start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests._command import pairwise
from tools.judge_server import Profile, quality

if TYPE_CHECKING:
    from tools.judge_server import JudgeServer

CONFIG = """
name: judged
policies: [policy.yaml]
sources:
  - {{name: experts, mode: offline, supervisor: expert, path: 'inbox/experts.jsonl', format: seed-jsonl,
      defaults: {{round: arbitration}}}}
  - {{name: crowd, mode: offline, supervisor: crowd, path: 'inbox/crowd.jsonl', format: seed-jsonl}}
  - {{name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/verdicts/*.jsonl', format: judge-verdicts}}
judges:
  budget: {{run: {run}, day: 5, project: 10}}
  models:
    - {{name: good, model: good-1, family: good, base_url: '{url}', api_key_env: null,
        price: {{input: 1, output: 4}}, confidence: logprobs}}
    - {{name: weak, model: weak-1, base_url: '{url}', api_key_env: null, price: {{input: 1, output: 4}}}}
  work:
    - {{name: pairs, choose: all, most: 100}}
    - {{name: scores, kind: scalar, judges: [good], most: 5}}
"""
GENERAL = (Path(__file__).resolve().parents[3] / "policies" / "general.yaml").read_text("utf-8")
GOLDEN, OPEN = 14, 10
JUDGES = {"good-1": Profile(skill=1.0, tie=0.0).model_dump(), "weak-1": Profile(position=5.0).model_dump()}
"""One of the judges is good, the other takes what comes first."""


def records(start: int, count: int, rater: str) -> list[dict[str, object]]:
    """Pairs whose winner is really better, as the scripted judges see it."""
    made = []
    for number in range(start, start + count):
        texts = (f"One way to do {number}.", f"Another way to do {number}, and then some.")
        loser, winner = sorted(texts, key=lambda text: quality(text, "overall"))
        meta: dict[str, Any] = {"rater": rater, "rationale": "It is right.", "generator": "heron"}
        made.append(pairwise(f"How do I do {number}?", winner, loser, **meta))
    return made


def write(folder: Path, server: JudgeServer, run: str = "1") -> None:
    """The project file, with a cap per run."""
    (folder / "prefstrata.yaml").write_text(CONFIG.format(url=server.base_url, run=run), "utf-8")


def put(path: Path, lines: list[dict[str, object]]) -> None:
    """Write records."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
