"""One content, one release: however its files are cut, in whatever order they come, on however many threads."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from examples.generator import generate
from prefstrata.pipeline import open_project_store, open_session, run
from prefstrata.project import PROJECT_FILE, read_project
from prefstrata.releases import Status, checkout_files, read_manifest
from tests._example import join_days

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prefstrata.project import Project

pytestmark = pytest.mark.slow

_PROMPTS = 60


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project with every kind of signal, its broken records too; never run, never changed."""
    folder = tmp_path_factory.mktemp("example") / "project"
    generate(folder, prompts=_PROMPTS)
    join_days(folder)
    return folder


@pytest.fixture(scope="module")
def released(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same project, run to a release as it is."""
    project = _copy(example, tmp_path_factory.mktemp("released") / "project")
    assert run(project).outcome.status is Status.PUBLISHED
    return project


def _copy(example: Path, folder: Path, **config: object) -> Project:
    shutil.copytree(example, folder)
    file = folder / PROJECT_FILE
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text("utf-8")), **config}, sort_keys=False), "utf-8")
    return read_project(folder)


def _manifest(project: Project, ref: str = "latest") -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve(ref)))
        return document


def _but_batches(project: Project) -> dict[str, Any]:
    manifest = _manifest(project)
    assert manifest.pop("batches")
    return manifest


def _lines(path: Path) -> list[bytes]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        return list(file.read().splitlines(keepends=True))


def _write(path: Path, lines: list[bytes]) -> None:
    content = b"".join(lines)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _line_files(folder: Path) -> list[Path]:
    found = sorted(path for path in (folder / "inbox").rglob("*") if path.name.endswith((".jsonl", ".jsonl.gz")))
    assert len(found) >= 3
    return found


def _rename(folder: Path) -> None:
    """Other names, so that the files of a source come in another order."""
    files = sorted(path for path in (folder / "inbox").rglob("*") if path.is_file())
    for number, path in enumerate(files):
        stem, _, suffixes = path.name.partition(".")
        path.rename(path.with_name(f"{len(files) - number:03d}-{stem}.{suffixes}"))


def _shuffle(folder: Path) -> None:
    """The records of every line file in another order."""
    for path in _line_files(folder):
        lines = _lines(path)
        random.Random(path.name).shuffle(lines)  # noqa: S311 - another order, no secret
        _write(path, lines)


def _cut(folder: Path) -> None:
    """Every line file cut in three, the last third under the first name."""
    for path in _line_files(folder):
        lines = _lines(path)
        third = -(-len(lines) // 3)
        path.unlink()
        for part in range(3):
            _write(path.with_name(f"{2 - part}-{path.name}"), lines[part * third : (part + 1) * third])


@pytest.mark.parametrize("change", [_rename, _shuffle, _cut])
def test_order_and_cut_of_files_do_not_matter(
    example: Path, released: Project, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Renamed, shuffled or cut in three: the same release id and the same files; only the list of batches differs."""
    project = _copy(example, tmp_path / "project")
    change(project.directory)
    run(project)
    assert _but_batches(project) == _but_batches(released)
    if change is not _rename:
        assert _manifest(project)["batches"] != _manifest(released)["batches"]


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_do_not_matter(example: Path, released: Project, tmp_path: Path, threads: int) -> None:
    """On one thread or four, from a warehouse of its own, even the list of batches is the same."""
    project = _copy(example, tmp_path / "project", engine={"kind": "duckdb", "threads": threads})
    run(project)
    assert _manifest(project) == _manifest(released)


def test_releases_on_the_way_do_not_matter_for_what_is_released(
    example: Path, released: Project, tmp_path: Path
) -> None:
    """After two releases of some sources the third has another parent, and the same content in the same files."""
    project = _copy(example, tmp_path / "project")
    inbox, waiting = project.directory / "inbox", project.directory / "waiting"
    inbox.rename(waiting)
    inbox.mkdir()
    folders = sorted(waiting.iterdir(), reverse=True)
    for place, folder in enumerate(folders, 1):
        folder.rename(inbox / folder.name)
        if place in {1, len(folders) // 2, len(folders)}:
            run(project)
    found, expected = _manifest(project), _manifest(released)
    assert found["parent"] is not None
    assert found["content_id"] == expected["content_id"]
    assert found["release_id"] != expected["release_id"]
    about_the_parent = {"release_id", "parent", "changes", "batches", "files", "gates", "moves"}
    about_the_parent |= {"summary", "teaching", "findings", "compared"}
    assert {key: found[key] for key in found.keys() - about_the_parent} == {
        key: expected[key] for key in expected.keys() - about_the_parent
    }
    pages = {"CARD.md", "report/index.html", "changes/records.parquet"}
    files = [{file["path"]: file for file in each["files"] if file["path"] not in pages} for each in (found, expected)]
    assert files[0] == files[1]
    assert any(path.count("/") == 2 for path in files[0])


_SAID = {
    "pairs": "select vote_id as id from ledger.votes union all select rating_id from ledger.ratings "
    "union all select event_id from ledger.events",
    "ratings": "select rating_id as id from ledger.ratings",
    "traces": "select step_id as id from ledger.steps",
    "unpaired": "select event_id as id from ledger.events",
}
_NAMED = """
select count(*), count(said.id), count(*) filter (where named.id is null)
from (
    select unnest(case when len(provenance) > 0 then provenance else [null] end) as id from read_parquet($files)
) as named
left join ({said}) as said using (id)
"""
_WRONG_THUMBS = """
select count(*)
from read_parquet($files) as thumbs
join weighting.records as records on records.kind = 'unpaired' and records.record_id = thumbs.response_id
where (thumbs.label is null) = records.decided or thumbs.p < 0.5
"""


def test_what_is_released_leads_back_to_the_ledger(released: Project, tmp_path: Path) -> None:
    """Every record names ids it rests on, all of them in the ledger; a thumb has a label exactly when it is decided."""
    with open_session(released) as session, open_project_store(released) as store:
        checkout_files(store, "latest", tmp_path / "out")
        with session.engine.connection() as connection:
            for kind, said in _SAID.items():
                files = {"files": str(tmp_path / "out" / "*" / kind / "*.parquet")}
                [(named, found, none)] = connection.execute(_NAMED.format(said=said), files).fetchall()
                assert (named, none) == (found, 0), kind
                assert named > 0, kind
            assert connection.execute(_WRONG_THUMBS, files).fetchall() == [(0,)]
