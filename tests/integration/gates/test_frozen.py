"""A frozen evaluation set is never trained on: not its records, not copies of them that come by other ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.contamination import DATA, measure
from prefstrata.model import ConfigError
from prefstrata.pipeline import open_project_store, open_session, run
from prefstrata.releases import read_manifest
from tests.unit.pipeline._project import add, make, pair

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.project import Project

_EXAM = {
    "name": "exam",
    "mode": "offline",
    "supervisor": "expert",
    "path": "inbox/exam/*.jsonl",
    "format": "seed-jsonl",
}
_LONG = "Because every winter careful farmers repair broken fences before another season begins number"


def _project(folder: Path, *, frozen: bool = True) -> Project:
    made = make(folder)
    sources = [source.model_dump(mode="json", exclude_none=True) for source in made.sources]
    return make(folder, sources=[*sources, {**_EXAM, "frozen": frozen}])


def _record(number: int, winner: str) -> dict[str, object]:
    return {**pair(number), "winner": winner, "loser": f"Not {number}."}


def _manifest(project: Project) -> dict[str, Any]:
    with open_project_store(project) as store:
        document: dict[str, Any] = json.loads(read_manifest(store, store.resolve("latest")))
        return document


def test_copies_of_a_frozen_set_go_to_no_training_layer_and_are_named(tmp_path: Path) -> None:
    """A copy in capitals and one with a word changed wait under the rule `contaminated`; what is new is trained on."""
    project = _project(tmp_path / "project")
    add(project, "exam", "a", _record(1, f"{_LONG} 1."), _record(2, "Yes."))
    add(
        project,
        "crowd",
        "a",
        _record(11, f"{_LONG} 1.".upper()),
        _record(12, f"{_LONG} 1.".replace("repair", "mend")),
        _record(2, "yes!"),
        _record(13, "Bananas grow where it is warm, and someone has to pick them by hand each year."),
    )
    run(project)
    manifest = _manifest(project)
    assert [(row["kind"], row["reason"], row["records"]) for row in manifest["contaminated"]] == [
        ("pairs", "contaminated: a copy (exact) of the frozen set exam", 2),
        ("pairs", "contaminated: a copy (near) of the frozen set exam", 1),
    ]
    assert manifest["layers"]["backflow"]["kinds"]["pairs"]["by"]["rule"]["contaminated"] == 3
    assert sum(manifest["layers"][layer]["records"] for layer in ("golden", "expert", "main", "weak")) == 1
    with open_session(project) as session, session.engine.connection() as connection:
        assert connection.execute("select count(*) from ledger.frozen").fetchall() == [(2,)]
        assert connection.execute("select count(*) from ledger.votes").fetchall() == [(4,)]


def test_a_frozen_set_alone_is_nothing_to_train_on(tmp_path: Path) -> None:
    """Its judgements are counted as read, and no layer has a record of them."""
    project = _project(tmp_path / "project")
    add(project, "exam", "a", *(_record(n, f"{_LONG} {n}.") for n in range(3)))
    summary = run(project)
    assert (summary.ingested.accepted, summary.rows["layers.records"]) == (3, 0)


def test_a_source_does_not_become_frozen_by_a_word(tmp_path: Path) -> None:
    """What was read as training data stays that; the error says what to do instead, and the other way round too."""
    project = _project(tmp_path / "project", frozen=False)
    add(project, "exam", "a", _record(1, f"{_LONG} 1."))
    with open_session(project) as session:
        assert session.ingest().accepted == 1
    with pytest.raises(ConfigError, match=r"exam has frozen: true now.*another name"):
        run(_project(tmp_path / "project"))


def test_a_frozen_set_holds_pairs_alone(tmp_path: Path) -> None:
    """A file with ratings is refused whole, and nothing of it is taken."""
    project = _project(tmp_path / "project")
    meta = {"rater": "ann", "task": "chat"}
    add(
        project,
        "exam",
        "a",
        {"type": "scalar", "prompt": "Why?", "response": "So.", "score": 0.5, "meta": meta},
        _record(1, f"{_LONG} 1."),
    )
    with pytest.raises(ConfigError, match="holds pairs alone, and this file has 1 ratings"):
        run(project)


@pytest.mark.slices
@pytest.mark.skipif(not DATA.is_dir(), reason="the real slices are not beside this checkout: ../shared/data")
def test_copies_are_found_among_real_text() -> None:
    """Exact, re-cased, re-spaced or lightly edited: 98 % are found, and at most 0.1 % of unrelated records taken."""
    found = measure(copies=100, seed=2)
    assert found.planted.total() == 400
    assert found.recall >= 0.98
    assert found.unrelated > 3000
    assert found.false_positives <= 0.001
