"""``prefstrata judge generate``: responses that were missing, pairs that nobody compared, verdicts on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests._command import command, inside, pairwise
from tools.judge_server import Profile, quality

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer

CONFIG = """
name: written
policies: [general]
sources:
  - {{name: experts, mode: offline, supervisor: expert, path: 'inbox/experts.jsonl', format: seed-jsonl,
      defaults: {{round: arbitration}}}}
  - {{name: log, mode: offline, supervisor: crowd, path: 'inbox/log.jsonl', format: seed-jsonl}}
  - {{name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/verdicts/*.jsonl', format: judge-verdicts}}
  - {{name: generated, mode: synthetic, supervisor: judge, path: 'inbox/generated/*.jsonl',
      format: generated-responses}}
judges:
  budget: {{run: 1, day: 5, project: 10}}
  models:
    - {{name: good, model: good-1, family: good, base_url: '{url}', api_key_env: null, price: {{input: 1, output: 4}}}}
    - {{name: writer, model: writer-1, base_url: '{url}', api_key_env: null, price: {{input: 1, output: 4}}}}
  work:
    - {{name: new-pairs, judges: [good], pairs: recombined, each: 2}}
  generate:
    - {{name: more, models: [writer], samples: 2, most: 50}}
"""


def write(path: Path, lines: list[dict[str, Any]]) -> None:
    """Records as JSON lines."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def rated(prompt: str, response: str, score: float, rater: str) -> dict[str, Any]:
    """A rating of a response."""
    return {"type": "scalar", "prompt": prompt, "response": response, "score": score, "meta": {"rater": rater}}


def test_from_a_lonely_prompt_to_a_verdict(server: JudgeServer, tmp_path: Path) -> None:
    """Three prompts have one response, one has two that nobody compared: all are pairs in the end, and in `weak`."""
    server.set(judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump()})
    (tmp_path / "prefstrata.yaml").write_text(CONFIG.format(url=server.base_url), "utf-8")
    golden = []
    for number in range(12):
        texts = (f"One way to do {number}.", f"Another way to do {number}, and then some.")
        loser, winner = sorted(texts, key=lambda text: quality(text, "overall"))
        golden.append(pairwise(f"How do I do {number}?", winner, loser, rater="dr", rationale="It is right."))
    write(tmp_path / "inbox" / "experts.jsonl", golden)
    lonely = [rated(f"What is {name}?", f"{name} is a word.", 0.7, "w1") for name in ("ash", "birch", "cedar")]
    apart = [rated("What is oak?", "A tree.", 0.9, "w1"), rated("What is oak?", "It is wood that grows.", 0.8, "w2")]
    write(tmp_path / "inbox" / "log.jsonl", lonely + apart)
    assert inside("run", "--quiet", cwd=tmp_path).code == 0

    plan = inside("judge", "plan", "--json", cwd=tmp_path).document
    asked = {row["work"]: row["questions"] for row in plan["work"]}
    assert asked == {"exam": 24, "new-pairs": 2, "more": 3 * 2 * 2}
    assert server.ledger()["paid"] == 0

    made = command("judge", "generate", "--json", cwd=tmp_path)
    assert made.code == 0, made.err
    # The server says the same for every seed: of two samples one is a copy.
    assert made.document["generators"] == {"writer-1 at 0.2": 3, "writer-1 at 1": 3}
    assert sum(made.document["copies"].values()) == 6
    assert (made.document["delivered"], made.document["prompts"], made.document["pairs"]) == (6, 3, 9)
    again = inside("judge", "generate", "--json", cwd=tmp_path).document
    assert (again["requests"], again["delivered"]) == (0, 0)

    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    query = "select generator, sampling from ledger.responses where generator is not null order by all"
    rows = inside("sql", query, "--json", cwd=tmp_path).document
    assert [row["generator"] for row in rows] == ["writer-1"] * 6
    assert "temperature" in json.dumps(rows[0]["sampling"])

    ran = inside("judge", "run", "--json", cwd=tmp_path)
    assert ran.code == 0, ran.err
    # Two pairs of each of the three prompts, and the one from the log; the exam's verdicts come with them.
    assert ran.document["delivered"] == 2 * (3 * 2 + 1) + 24
    assert inside("run", "--quiet", cwd=tmp_path).code == 0
    query = (
        "select placed.layer, count(*) n from evidence.pairs pairs join layers.records placed"
        " on placed.record_id = pairs.pair_id and placed.kind = 'pairs' where pairs.prompt_id in"
        " (select prompt_id from ledger.prompts where contains(messages[1].content, 'What is')) group by all"
    )
    assert inside("sql", query, "--json", cwd=tmp_path).document == [{"layer": "weak", "n": 7}]
