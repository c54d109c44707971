"""Two copies of a project with one store: what was taken back by way of one is not released by the other."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from prefstrata.project import open_project_store, read_project
from prefstrata.releases import read_manifest
from prefstrata.sources import KEY_FILE, KEY_VARIABLE
from tests._command import inside, pairwise, put

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("in_short")

CONFIG = """\
name: small
policies: [general]
store: {kind: local, path: ../releases}
sources:
  - {name: crowd, mode: offline, supervisor: crowd, path: inbox/*.jsonl, format: seed-jsonl}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose first release is of what ann, bob and eva said; all copies of it have one key."""
    monkeypatch.setenv(KEY_VARIABLE, "a key that both copies of the project have")
    here = tmp_path / "here"
    (here / "inbox").mkdir(parents=True)
    (here / "prefstrata.yaml").write_text(CONFIG)
    for who in ("ann", "bob", "eva"):
        put(here, f"{who}.jsonl", *(pairwise(f"{who}, {n}?", "Good.", f"Bad {n}.", rater=who) for n in range(12)))
    assert inside("run", "--quiet", cwd=here).code == 0
    return here


def _withdrawn(project: Path, ref: str) -> dict[str, Any]:
    with open_project_store(read_project(project)) as store:
        found: dict[str, Any] = json.loads(read_manifest(store, store.resolve(ref)))["online"]["withdrawn"]
    return found


def test_each_stays_away_whoever_heard_of_it(here: Path) -> None:
    """As many withdrew in one copy as in the other, and they are not the same people."""
    there = shutil.copytree(here, here.with_name("there"))
    assert inside("withdraw", "crowd:ann", cwd=here).code == 0
    assert inside("withdraw", "crowd:bob", cwd=there).code == 0
    assert inside("run", "--quiet", cwd=here).code == 0

    stopped = inside("run", "--quiet", cwd=there)
    assert (stopped.code, "leaves out 1 who withdrew, and this ledger does not know 1" in stopped.err) == (3, True)
    assert inside("log", "--json", cwd=here).document[0]["tag"] == "v000002"

    with (there / "withdrawals.jsonl").open("a") as file:
        file.write((here / "withdrawals.jsonl").read_text())
    assert inside("run", "--quiet", cwd=there).code == 0
    both, one = _withdrawn(there, "v000003"), _withdrawn(there, "v000002")
    assert (both["subjects"], one["subjects"]) == (2, 1)
    assert (both["key_check"], set(both["hashes"]) > set(one["hashes"])) == (one["key_check"], True)
    given = inside("checkout", "weak", "--for", "jsonl", "--out", there / "out", cwd=there)
    assert given.code == 0, given.err
    texts = "".join(path.read_text() for path in (there / "out").rglob("*.jsonl"))
    assert [who for who in ("ann", "bob", "eva") if f"{who}, 1?" in texts] == ["eva"]


def test_no_way_leads_back_to_a_release_that_leaves_out_somebody_else(here: Path) -> None:
    """It leaves out as many as withdrew by what the project knows; so it is told of who is handed such a release."""
    assert inside("withdraw", "crowd:ann", cwd=here).code == 0
    assert inside("run", "--quiet", cwd=here).code == 0
    shutil.rmtree(here / "warehouse")
    (here / "withdrawals.jsonl").unlink()
    (here / "withdrawals.jsonl").touch()
    put(here, "kim.jsonl", *(pairwise(f"kim, {n}?", "Good.", f"Bad {n}.", rater="kim") for n in range(12)))
    yes = ("--approve", "ann never withdrew, we tested it", "--by", "lee")
    approved = inside("run", "--quiet", *yes, cwd=here)
    assert (approved.code, "does not know 1 of them: this one was approved" in approved.err) == (0, True), approved.err
    assert inside("withdraw", "crowd:bob", cwd=here).code == 0
    back = inside("rollback", "v000002", cwd=here)
    assert (back.code, "before 1 withdrew" in back.err) == (3, True)
    assert inside("run", "--quiet", cwd=here).code == 0
    given = inside("checkout", "weak@v000002", "--for", "jsonl", "--out", here / "out", cwd=here)
    assert "v000002 was made before 1 withdrew consent" in given.err


def test_who_withdrew_is_told_to_nobody_without_the_key(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same person is another hash with another key, and none without one: no key is made for it."""
    assert inside("withdraw", "crowd:ann", cwd=here).code == 0
    assert inside("run", "--quiet", cwd=here).code == 0
    keyed = _withdrawn(here, "latest")
    assert len(keyed["hashes"]) == 1
    for number, key in enumerate(("another key of the project", ""), 3):
        monkeypatch.setenv(KEY_VARIABLE, key)
        put(here, f"{number}.jsonl", *(pairwise(f"{number}, {n}?", "Good.", "Bad.", rater="lee") for n in range(12)))
        made = inside("run", "--quiet", cwd=here)
        assert (made.code, "by number alone" in made.err) == (0, True), made.err
        told = _withdrawn(here, f"v{number:06}")
        assert told["subjects"] == 1
        assert told.get("key_check") != keyed["key_check"]
        assert set(told.get("hashes", [])).isdisjoint(keyed["hashes"])
        assert len(told.get("hashes", [])) == len(key[:1])
    assert not (here / KEY_FILE).exists()
