"""A draft: every file the design names, each what the manifest says, and the parent in the manifest and pages alone."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prefstrata.model import IntegrityError
from prefstrata.releases import Status, publish_rebasing, verify_release
from prefstrata.releases.drafting import Drafter
from prefstrata.releases.gates import keep_draft
from prefstrata.releases.identity import CodeVersion, Identity, PolicyFile
from prefstrata.stores.local import LocalStore
from prefstrata.stores.reading import open_source
from tests.sql._cases import frame
from tests.unit.releases._warehouse import fill, warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.releases import Draft

_POLICY = b"name: general\n"
IDENTITY = Identity(
    "digest",
    (PolicyFile("general@1", "general", _POLICY, hashlib.sha256(_POLICY).hexdigest()),),
    CodeVersion("1", "s", "2"),
    "mine",
)
FILES = [
    "CARD.md",
    "calibration/raters.parquet",
    "main/ratings/bucket=all.000.parquet",
    "policies/general.yaml",
    "report/index.html",
    "weights.json",
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """An empty store."""
    with LocalStore(tmp_path / "store") as made:
        yield made


def _filled() -> Warehouse:
    engine = warehouse()
    fill(engine, {"main": 30})
    raters = [{"rater_id": f"crowd:{name}", "dimension": "overall", "stratum": "crowd/offline"} for name in "ba"]
    engine.load("noise.raters", frame("noise.raters", raters))
    return engine


@pytest.fixture
def drafter(store: LocalStore, tmp_path: Path) -> Iterator[Drafter]:
    """The drafts of a warehouse with thirty rated responses and two raters."""
    with closing(_filled()) as engine:
        yield Drafter(engine, store, IDENTITY, tmp_path / "files")


def manifest(draft: Draft) -> dict[str, Any]:
    """The draft's manifest, read."""
    document: dict[str, Any] = json.loads(draft.manifest)
    return document


def test_every_file_is_there_and_is_what_the_manifest_says(drafter: Drafter, store: LocalStore) -> None:
    """Layers, calibration, weights, policies, report and card, each with path, sha256, bytes and rows."""
    draft = drafter.draft(store.resolve("latest"), date=1, metadata={"run": "x"})
    listed = manifest(draft)["files"]
    assert [file["path"] for file in listed] == [file.path for file in draft.files] == FILES
    for file, row in zip(draft.files, listed, strict=True):
        content = file.source.read_bytes()  # type: ignore[union-attr]
        assert (row["sha256"], row["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert {row["path"]: row["rows"] for row in listed if row["rows"]} == {
        "calibration/raters.parquet": 2,
        "main/ratings/bucket=all.000.parquet": 30,
    }


def test_neither_date_nor_metadata_is_in_a_file(drafter: Drafter, store: LocalStore) -> None:
    """Two runs of the same content make the same bytes; when and by whom stands in the commit alone."""
    parent = store.resolve("latest")
    one = drafter.draft(parent, date=1, metadata={"run": "x"})
    other = drafter.draft(parent, date=2, metadata={"run": "y"})
    assert (one.manifest, one.tree, one.release_id) == (other.manifest, other.tree, other.release_id)
    assert (one.date, one.metadata["run"], one.metadata["content_id"]) == (1, "x", IDENTITY.content_id)
    assert (
        one.metadata["summary"] == "30 records to train on (0 golden, 0 expert, 30 main, 0 weak), 0 waiting for people."
    )


def test_only_manifest_and_pages_know_the_parent(drafter: Drafter, store: LocalStore) -> None:
    """On another parent the release has another id and other changes; its layers are the same files."""
    first = drafter.draft(store.resolve("latest"), date=1, metadata={})
    assert manifest(first)["parent"] is None
    assert [tuple(row.values()) for row in manifest(first)["changes"]] == [("added", None, "ratings", 30, "main")]
    publish_rebasing(store, lambda _: first)
    parent = store.resolve("latest")
    second = drafter.draft(parent, date=1, metadata={})
    assert manifest(second)["parent"] == {"release_id": first.release_id, "manifest_sha256": first.manifest_sha256}
    assert manifest(second)["changes"] == []
    assert second.release_id != first.release_id
    changed = {path for path in FILES if first.tree[path].sha256 != second.tree[path].sha256}
    assert changed == {"CARD.md", "report/index.html"}


def _readable(draft: Draft) -> bool:
    """Every file of a draft can be had, and is what the draft says."""
    for file in draft.files:
        with open_source(file.source) as reader:
            content = reader.read()
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content)), file.path
    return True


@pytest.fixture
def daily(store: LocalStore, tmp_path: Path) -> Iterator[Callable[[int], Drafter]]:
    """Drafts of a warehouse with so many days of four hundred rated responses, whose files may be kept."""
    with ExitStack() as stack:

        def made(days: int) -> Drafter:
            engine = stack.enter_context(closing(warehouse()))
            fill(engine, {"main": 400 * days}, per_day=400)
            identity = replace(IDENTITY, ledger=f"{days} days")
            return Drafter(engine, store, identity, tmp_path / f"files of {days} days", for_reuse=True)

        yield made


def test_files_of_the_newest_release_are_released_again_from_there(
    daily: Callable[[int], Drafter], store: LocalStore, tmp_path: Path
) -> None:
    """They are not written, the store takes nothing of them, and the manifest lists them like all others."""
    publish_rebasing(store, lambda parent: daily(2).draft(parent, date=1, metadata={}))
    draft = daily(3).draft(store.resolve("latest"), date=1, metadata={})
    written = {
        file.relative_to(tmp_path / "files of 3 days").as_posix()
        for file in tmp_path.rglob("files of 3*/main/**/*.parquet")
    }
    assert written == {"main/ratings/bucket=2026-01-03.000.parquet"}
    assert _readable(draft)
    assert [tuple(row.values()) for row in manifest(draft)["changes"]] == [("added", None, "ratings", 400, "main")]
    outcome = publish_rebasing(store, lambda _: draft)
    assert outcome.status is Status.PUBLISHED
    assert verify_release(store, "latest").files == len(draft.files) + 1


EDITED = ("CARD.md", "calibration/raters.parquet", "main/ratings/bucket=all.000.parquet")


def test_rows_and_words_that_were_purged_before_are_released_in_other_bytes(
    drafter: Drafter, store: LocalStore, tmp_path: Path
) -> None:
    """The first edition that was not purged, of the files that were, and under their names; all others stay."""
    drafts = [drafter.draft(store.resolve("latest"), date=1, metadata={})]
    rows = [pl.read_parquet(tmp_path / "files" / path) for path in EDITED[1:]]
    for edition in (1, 2):
        store.purge([drafts[-1].tree[path].sha256 for path in EDITED], f"request {edition}")
        with closing(_filled()) as engine:
            drafts.append(
                Drafter(engine, store, IDENTITY, tmp_path / str(edition)).draft(
                    store.resolve("latest"), date=1, metadata={}
                )
            )
        assert _readable(drafts[-1])
        changed = [path for path in FILES if drafts[0].tree[path].sha256 != drafts[-1].tree[path].sha256]
        assert changed == list(EDITED)
        assert (tmp_path / str(edition) / "CARD.md").read_text().endswith(f"\n\n<!-- edition {edition} -->\n")
        assert all(map(pl.DataFrame.equals, rows, (pl.read_parquet(tmp_path / str(edition) / p) for p in EDITED[1:])))
        there = {path.relative_to(tmp_path / str(edition)).as_posix() for path in tmp_path.glob(f"{edition}/**/*.*")}
        assert {path for path in there if (tmp_path / str(edition) / path).is_file()} == set(FILES)
    assert len({each.manifest_sha256 for each in drafts}) == 3
    assert publish_rebasing(store, lambda _: drafts[-1]).status is Status.PUBLISHED
    assert verify_release(store, "latest").files == len(FILES) + 1


def test_an_edition_is_kept_from_release_to_release(daily: Callable[[int], Drafter], store: LocalStore) -> None:
    """Made from the same rows, it is the file that the newest release holds, and is not written anew."""
    day = "main/ratings/bucket=2026-01-01.000.parquet"
    store.purge([daily(1).draft(store.resolve("latest"), date=1, metadata={}).tree[day].sha256], "request 1")
    first = daily(2).draft(store.resolve("latest"), date=1, metadata={})
    publish_rebasing(store, lambda _: first)
    draft = daily(3).draft(store.resolve("latest"), date=1, metadata={})
    assert draft.tree[day] == first.tree[day]
    assert manifest(draft)["changes"] == [
        {"change": "added", "from_layer": None, "kind": "ratings", "records": 400, "to_layer": "main"}
    ]
    assert publish_rebasing(store, lambda _: draft).status is Status.PUBLISHED


def test_what_is_purged_after_it_was_drafted_is_refused_and_drafted_anew(
    daily: Callable[[int], Drafter], store: LocalStore
) -> None:
    """Nothing is published, and the next run, which knows of the purge, publishes the rows."""
    late = daily(1).draft(store.resolve("latest"), date=1, metadata={})
    store.purge([file.sha256 for file in late.files if file.path.endswith(".parquet")], "request 1")
    with pytest.raises(IntegrityError, match="purged: request 1") as refused:
        publish_rebasing(store, lambda _: late)
    assert refused.value.todo.startswith("run again, ")
    draft = daily(1).draft(store.resolve("latest"), date=1, metadata={})
    assert publish_rebasing(store, lambda _: draft).status is Status.PUBLISHED


def test_a_race_lost_meanwhile_takes_no_file_away(daily: Callable[[int], Drafter], store: LocalStore) -> None:
    """The release that won has other files: those that were kept come from where they were, and count as added."""
    publish_rebasing(store, lambda parent: daily(2).draft(parent, date=1, metadata={}))
    loser = daily(3)
    before = loser.draft(store.resolve("latest"), date=1, metadata={})
    publish_rebasing(store, lambda parent: daily(1).draft(parent, date=1, metadata={}))
    draft = loser.draft(store.resolve("latest"), date=1, metadata={})
    assert _readable(draft)
    layers = {file.path: file.sha256 for file in before.files if file.path.startswith("main/")}
    assert layers == {file.path: file.sha256 for file in draft.files if file.path.startswith("main/")}
    assert [tuple(row.values()) for row in manifest(draft)["changes"]] == [("added", None, "ratings", 800, "main")]


def test_a_stopped_draft_is_kept_with_all_of_its_files(
    daily: Callable[[int], Drafter], store: LocalStore, tmp_path: Path
) -> None:
    """Those of an earlier release among them: people look at the whole of what would have been published."""
    publish_rebasing(store, lambda parent: daily(2).draft(parent, date=1, metadata={}))
    draft = daily(3).draft(store.resolve("latest"), date=1, metadata={})
    kept = keep_draft(draft, tmp_path / "files of 3 days", tmp_path / "drafts")
    found = {path.relative_to(kept).as_posix(): path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    assert found.keys() == draft.tree.keys()
    assert {path: hashlib.sha256(content).hexdigest() for path, content in found.items()} == {
        path: file.sha256 for path, file in draft.tree.items()
    }


def test_weights_are_the_factors_of_the_manifest(drafter: Drafter, store: LocalStore) -> None:
    """weights.json names the calibration, the cells of its records and what the manifest says of strata and weights."""
    draft = drafter.draft(store.resolve("latest"), date=1, metadata={})
    [weights] = [file.source for file in draft.files if file.path == "weights.json"]
    found = json.loads(weights.read_bytes())  # type: ignore[union-attr]
    held = manifest(draft)
    assert found == {
        "format": "prefstrata-weights/3",
        "calibration": held["calibration"],
        "cells": found["cells"],
        "strata": held["strata"],
        **held["weights"],
    }
    assert [(row["cell"], row["factor"], row["records"]) for row in found["cells"]] == [("c", 2.0, 30)]
