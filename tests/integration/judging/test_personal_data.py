"""Model judges and generators are sent placeholders; what they say is delivered on the texts themselves."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.pipeline import open_session
from prefstrata.project import read_project
from tests._command import inside, pairwise
from tests.integration.judging._judged import GENERAL, records
from tools.judge_server import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from tools.judge_server import JudgeServer

pytestmark = pytest.mark.slow

PLANTED = ("ann.planted@example.org", "+49 30 901820", "step.planted@example.org")
CONFIG = """
name: masked
policies: [policy.yaml]
sources:
  - {{name: experts, mode: offline, supervisor: expert, path: 'inbox/experts.jsonl', format: seed-jsonl,
      defaults: {{round: arbitration}}}}
  - {{name: crowd, mode: offline, supervisor: crowd, path: 'inbox/crowd.jsonl', format: seed-jsonl}}
  - {{name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/verdicts/*.jsonl', format: judge-verdicts}}
  - {{name: generated, mode: synthetic, supervisor: judge, path: 'inbox/generated/*.jsonl',
      format: generated-responses}}
judges:
  budget: {{run: 1, day: 5, project: 10}}
  models:
    - {{name: good, model: good-1, base_url: '{url}', api_key_env: null, batch: true, price: {{input: 1, output: 4}}}}
  work:
    - {{name: pairs, choose: all, most: 50}}
    - {{name: new-pairs, pairs: recombined, each: 2}}
    - {{name: scores, kind: scalar, most: 50}}
    - {{name: steps, kind: steps, dimensions: [overall], most: 50}}
  generate:
    - {{name: more, samples: 1, most: 5, fewer_than: 9}}
"""
ASKED = "Write to ann.planted@example.org."


def _project(folder: Path, word: str) -> Path:
    """A project with planted personal data, run once."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "prefstrata.yaml").write_text(CONFIG.format(url="http://127.0.0.1:9/v1"), "utf-8")
    (folder / "policy.yaml").write_text(f"{GENERAL}\nprivacy: {{personal_data: {word}}}\n", "utf-8")
    said: list[dict[str, Any]] = [
        pairwise(ASKED, "Call +49 30 901820.", "I will not.", rater="w1"),
        {"type": "scalar", "prompt": ASKED, "response": "Mail ann.planted@example.org.", "score": 1, "meta": {}},
        {"type": "process", "prompt": ASKED, "steps": [{"output": "To step.planted@example.org.", "reward": 1}]},
    ]
    for name, lines in (("experts", records(0, 14, "dr")), ("crowd", said)):
        (folder / "inbox" / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    assert inside("run", "--quiet", cwd=folder).code == 0
    return folder


@pytest.fixture(scope="module")
def unmasked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose policy hides nothing; tests work on copies."""
    return _project(tmp_path_factory.mktemp("unmasked") / "project", "off")


def _ask(server: JudgeServer, folder: Path) -> None:
    """Let the judges of this project be good ones, on this server."""
    server.set(judges={"good-1": Profile(skill=1.0, tie=0.0).model_dump()})
    (folder / "prefstrata.yaml").write_text(CONFIG.format(url=server.base_url), "utf-8")


def _sent(server: JudgeServer, folder: Path, *call: str) -> str:
    done = inside("judge", *call, cwd=folder)
    assert done.code == 0, done.err
    return "".join(server.last().values())


def test_judges_and_generators_read_placeholders(server: JudgeServer, tmp_path: Path) -> None:
    """Comparisons, new pairs, scores and steps; the verdicts come back to the texts that they are about."""
    _ask(server, _project(tmp_path, "mask"))
    asked = _sent(server, tmp_path, "run")
    assert [each for each in PLANTED if each in asked] == []
    assert asked.count("<EMAIL_ADDRESS>") > asked.count("<PHONE_NUMBER>") > 0
    assert "STEP 1" in asked
    server.reset()
    written = _sent(server, tmp_path, "generate")
    assert [each for each in PLANTED if each in written] == []
    assert "Write to <EMAIL_ADDRESS>." in written
    delivered = "".join(file.read_text("utf-8") for file in sorted((tmp_path / "inbox").rglob("*/*.jsonl")))
    assert all(each in delivered for each in PLANTED)
    with open_session(read_project(tmp_path)) as session:
        assert session.ingest().new
        assert session.engine.read("ledger.prompts")["prompt_id"].n_unique() == 15


def test_without_masks_they_read_the_texts(server: JudgeServer, unmasked: Path, tmp_path: Path) -> None:
    """The same project with `off`: what the test above does not find would be there."""
    folder = shutil.copytree(unmasked, tmp_path / "project")
    _ask(server, folder)
    asked = _sent(server, folder, "run")
    assert [each for each in PLANTED if each in asked] == list(PLANTED)


def test_nothing_is_sent_that_was_not_searched(server: JudgeServer, unmasked: Path, tmp_path: Path) -> None:
    """A policy that says mask since the last run: run first."""
    folder = shutil.copytree(unmasked, tmp_path / "project")
    _ask(server, folder)
    policy = folder / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").replace("personal_data: off", "personal_data: mask"), "utf-8")
    for call in ("plan", "run", "generate"):
        done = inside("judge", call, cwd=folder)
        assert (done.code, "`prefstrata run` first" in done.err) == (2, True), done.err
    assert (server.ledger()["paid"], server.ledger()["files"]) == (0, 0)
