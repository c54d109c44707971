"""No room to write: every command says where, leaves nothing half done, and is done by being run again."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.project import read_project
from prefstrata.sources import deliver, keep_withdrawals, withdrawn_by_command
from prefstrata.stores.local import LocalStore
from prefstrata.trainers import FORMATS, checkout_layer
from tests._command import inside, pairwise, put
from tests._releases import Content, pair, publish
from tests._room import let_no_file_outgrow, no_file_larger_than
from tests._short import in_short

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2026, 11, 26, 9)  # noqa: DTZ001 - UTC, as the ledger has it
VERDICTS = "  - {name: verdicts, mode: synthetic, supervisor: judge, path: 'inbox/v/*.jsonl', format: judge-verdicts}\n"


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder in which nothing was run."""
    folder = tmp_path / "project"
    assert inside("init", folder, cwd=tmp_path).code == 0
    return folder


@pytest.mark.parametrize("size", [0, 1500, 3000], ids=["none at all", "for the first file", "for all but the policy"])
def test_half_a_project_is_in_nobodys_way(size: int, tmp_path: Path) -> None:
    """Files that ``init`` had written are gone, so that it can be run again; what was there before stays."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "notes.txt").write_text("mine")
    for folder in ("new/deep", "here"):
        with no_file_larger_than(size):
            done = inside("init", folder, cwd=tmp_path)
        assert (done.code, "no room to write" in done.err, f"at: {folder}" in done.err) == (2, True, True), done.err
        assert files(tmp_path) == {"here/notes.txt": b"mine"}
        assert not (tmp_path / "new").exists()
    assert inside("init", "new/deep", cwd=tmp_path).code == inside("init", "here", cwd=tmp_path).code == 0


def test_a_withdrawal_for_which_there_is_no_room_leaves_no_half_line(project: Path) -> None:
    """Half a line would be a mistake of people's, which every run from then on stops at."""
    known = read_project(project)
    keep_withdrawals(known, ["crowd:ann"], WHEN)
    before = (project / "withdrawals.jsonl").read_bytes()
    two = ["crowd:bob", "crowd:eva"]
    for size in (len(before), len(before) + 20, len(before) + 100):
        with no_file_larger_than(size), pytest.raises(ConfigError, match="no room") as raised:
            keep_withdrawals(known, two, WHEN)
        assert raised.value.where == str(project / "withdrawals.jsonl")
        assert (project / "withdrawals.jsonl").read_bytes() == before
        assert withdrawn_by_command(known) == {"crowd:ann"}
    keep_withdrawals(known, two, WHEN)
    assert withdrawn_by_command(known) == {"crowd:ann", *two}


@pytest.mark.parametrize("form", FORMATS)
def test_a_checkout_without_room_for_it_names_its_folder(form: str, tmp_path: Path) -> None:
    """Whoever writes the records, says so in words of its own: it is no bug, and no folder is left."""
    records = [pair("a", prompt=secrets.token_hex(20_000))]
    with LocalStore(tmp_path / "store") as store:
        publish(store, Content({"main/pairs/bucket=00.parquet": records}))

        def told(what: str) -> None:
            if "bucket=00" in what:  # it is fetched, and is yet to be written as a trainer reads it
                let_no_file_outgrow(10_000)

        with no_file_larger_than(), pytest.raises(ConfigError, match="no room to write: File too large") as raised:
            checkout_layer(store, "main", "latest", tmp_path / "out", form=form, progress=told)
        assert raised.value.where == str(tmp_path / "out")
        assert [path.name for path in tmp_path.iterdir()] == ["store"]
        assert checkout_layer(store, "main", "latest", tmp_path / "out", form=form).rows == 1


def test_records_for_the_inbox_appear_whole_or_not_at_all(project: Path) -> None:
    """The folder is named, and the next try delivers all of them."""
    with (project / "prefstrata.yaml").open("a") as file:
        file.write(VERDICTS)
    known = read_project(project)
    source = known.sources[-1]
    records = [{"key": f"k{n}", "text": "x" * 100} for n in range(20)]
    with no_file_larger_than(1000), pytest.raises(ConfigError, match="no room") as raised:
        deliver(known, source, records)
    assert raised.value.where == str(project / "inbox" / "v")
    assert list((project / "inbox" / "v").iterdir()) == []
    assert deliver(known, source, records)[1] == 20


def test_tasks_and_answers_without_room_say_where(project: Path, tmp_path: Path) -> None:
    """No file of tasks is left, no answers lie in the inbox; each is done when there is room."""
    sides = ("The one answer.", "The other answer.")
    put(project, "a.jsonl", *(pairwise("Which?", *sides[:: 1 - 2 * (n % 2)], rater=f"r{n}") for n in range(6)))
    with in_short():
        assert inside("run", "--quiet", cwd=project).code == 0
    tasks = tmp_path / "tasks.jsonl"
    export = ("queue", "export", "arbitration", "--out", tasks)
    with no_file_larger_than(100):
        done = inside(*export, cwd=project)
    assert (done.code, f"at: {tasks}" in done.err, "make room" in done.err) == (2, True, True), done.err
    assert not tasks.exists()
    assert inside(*export, cwd=project).code == 0

    answers = [json.loads(line) | {"rater": "boss", "choice": "left"} for line in tasks.read_text().splitlines()]
    tasks.write_text("".join(f"{json.dumps(answer)}\n" for answer in answers))
    back = ("queue", "import", tasks, "--as", "arbitration")
    with no_file_larger_than(100):
        done = inside(*back, cwd=project)
    assert (done.code, f"at: {project / 'inbox' / 'answers'}" in done.err, "make room" in done.err) == (2, True, True)
    assert not any((project / "inbox" / "answers").iterdir())
    assert inside(*back, cwd=project).code == 0
