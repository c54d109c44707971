"""From the warehouse to a draft: every file of a release, computed and ready to publish."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError
from prefstrata.model.weights import WEIGHTS_FORMAT
from prefstrata.policy import Gates
from prefstrata.releases._changes import CHANGES, changes_between, load_cells
from prefstrata.releases._editions import in_editions
from prefstrata.releases._manifest import canonical, describe
from prefstrata.releases._moves import moves_since
from prefstrata.releases._online import late_since
from prefstrata.releases._pages import render_card, render_report
from prefstrata.releases._summary import sentences, summarise
from prefstrata.releases._teaching import news
from prefstrata.releases._whole import is_whole, newest_manifest, newest_whole
from prefstrata.releases._writing import WrittenFile, write_layers, write_table
from prefstrata.releases.consent import NOBODY, Withdrawals, demand_memory, doubts
from prefstrata.releases.drafts import Draft, ReleaseFile, bring
from prefstrata.releases.gates import judge
from prefstrata.releases.identity import calibration_id
from prefstrata.releases.stored import read_manifest
from prefstrata.stores import PurgedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.engine import Warehouse
    from prefstrata.releases.gates import Approval, Judged
    from prefstrata.releases.identity import Identity
    from prefstrata.stores import CommitInfo, Source, VersionStore

__all__ = ["Drafter"]

_MESSAGE_BYTES = 1200


class Drafter:
    """Makes the draft of a release on top of any parent; what does not depend on the parent is made once.

    Args:
        engine: holds the layers.
        store: holds the parent.
        identity: what the release is computed from.
        directory: an empty folder for its files, kept until the release is published.
        gates: how much the gates look at; as it ships by default.
        approval: who says yes to major changes.
        spent: what raters have cost so far, for the report.
        withdrawn: who took consent back, by what the ledger knows.
        for_reuse: whether files are to be kept from release to release, see :func:`write_layers`; of no use where every
            release has a fit of its own.

    Attributes:
        judged: what the gates found in the draft made last; None before there is one.
        warnings: what is to be said of the draft made last, in sentences.
    """

    def __init__(  # noqa: PLR0913 - what a release is made from, and who approves it
        self,
        engine: Warehouse,
        store: VersionStore,
        identity: Identity,
        directory: Path,
        *,
        gates: Gates | None = None,
        approval: Approval | None = None,
        spent: Mapping[str, str] | None = None,
        withdrawn: Withdrawals = NOBODY,
        for_reuse: bool = False,
    ) -> None:
        """Write the files that do not depend on the parent, but for those that the newest release has."""
        self._engine, self._store, self._identity, self._directory = engine, store, identity, directory
        self._gates, self._approval, self._spent = gates or Gates(), approval, spent
        self._withdrawn = withdrawn
        self.judged: Judged | None = None
        self.warnings: tuple[str, ...] = ()
        calibration = calibration_id(identity)
        self._newest = store.resolve("latest")
        held = _held(store, self._newest) if for_reuse else {}
        *layers, raters = in_editions(
            engine,
            store,
            (
                *write_layers(engine, directory, held=held, for_reuse=for_reuse),
                write_table(engine, "noise.raters", directory, "calibration/raters.parquet"),
            ),
        )
        self._layers = tuple(layers)
        self._description = describe(engine, identity, calibration, withdrawn)
        self._beside = (
            self._write("weights.json", canonical(self._weights(calibration))),
            raters,
            *(self._write(f"policies/{policy.name}.yaml", policy.content) for policy in identity.policies),
        )

    def draft(self, parent: CommitInfo, *, date: int, metadata: dict[str, str]) -> Draft:
        """The release on top of ``parent``, to be committed with that date and metadata (neither is in its files)."""
        manifest = self._manifest(parent)
        listed = (
            (write_table(self._engine, "manifest.changed", self._directory, CHANGES),) if manifest["parent"] else ()
        )
        pages = (
            self._write("CARD.md", render_card(manifest)),
            self._write("report/index.html", render_report(manifest, spent=self._spent)),
        )
        of_its_own = in_editions(self._engine, self._store, (*listed, *pages))
        files = sorted((*self._layers, *self._beside, *of_its_own), key=lambda file: file.path)
        manifest["files"] = [_listed(file) for file in files]
        return Draft(
            release_id=manifest["release_id"],
            files=tuple(ReleaseFile(file.path, self._source(file), file.sha256, file.size) for file in files),
            manifest=canonical(manifest),
            date=date,
            metadata={
                **metadata,
                **self._approved(manifest),
                "content_id": self._identity.content_id,
                "summary": summarise(manifest, _MESSAGE_BYTES),
            },
        )

    def _manifest(self, parent: CommitInfo) -> dict[str, Any]:
        if parent.id != self._newest.id:  # a race was lost to it: what the one before holds, it may not
            self._layers = tuple(self._brought(file) for file in self._layers)
        before = newest_whole(self._store, parent)  # what was purged cannot be compared with
        self.warnings = self._compared(before, parent)
        changes = changes_between(
            self._engine,
            self._store,
            before,
            {file.path: file.local for file in self._layers if file.local},
            {file.path: file.sha256 for file in self._layers},
        )
        named = (
            {"release_id": parent.release_id, "manifest_sha256": parent.manifest_sha256} if parent.release_id else None
        )
        earlier = json.loads(read_manifest(self._store, before)) if before.release_id else None
        if parent.release_id:
            self.warnings += self._remembered(earlier if before.id == parent.id else None, parent)
        if earlier:
            load_cells(self._engine, self._store, before)
        self.judged = judge(
            self._engine, self._identity, earlier, self._gates, approval=self._approval, back=self._ref(before)
        )
        manifest = {
            **self._description,
            "online": {**self._description["online"], "late": late_since(self._engine, earlier)},
            "release_id": self._identity.release_id(parent.release_id, self._yes()),
            "parent": named,
            **self._instead_of(parent, before),
            "changes": changes.records,
            "arbitrated": changes.arbitrated,
            "moves": moves_since(self._engine, self._store, before, self._identity, earlier),
            **news(self._engine, self._description["teaching"], earlier),
            "gates": self.judged.described(),
        }
        return {**manifest, "summary": sentences(manifest)}

    def _remembered(self, last: Mapping[str, Any] | None, parent: CommitInfo) -> tuple[str, ...]:
        """What is to be said of who withdrew before; unless it is approved, they stay away, or nothing is released."""
        try:
            last = last or newest_manifest(self._store, parent)
        except PurgedError as error:
            what = "the manifest of the release before was purged, and so were all before it: nothing says who withdrew"
            if self._approval:
                return (f"{what}; this one was approved, and may hold what was taken back",)
            raise GateBlockedError(
                what,
                where=self._store.location,
                todo="see that withdrawals.jsonl of the project names all of them, then"
                " `prefstrata run --approve REASON --by NAME`",
            ) from error
        if self._approval is None:
            demand_memory(last, self._withdrawn)
        return doubts(last, self._withdrawn)

    def _compared(self, before: CommitInfo, parent: CommitInfo) -> tuple[str, ...]:
        if before.id == parent.id:
            return ()
        what = f"some of {self._ref(parent)}, the release before, was purged while it was published"
        if not before.release_id:
            return (f"{what}, and so was all before it: this one is compared with none",)
        return (f"{what}: this one is compared with {self._ref(before)}",)

    def _instead_of(self, parent: CommitInfo, before: CommitInfo) -> dict[str, Any]:
        """What the manifest says where the parent is not what the figures are held against."""
        if before.id == parent.id:
            return {}
        if not before.release_id:
            return {"compared_with": None}
        said = {"release_id": before.release_id, "manifest_sha256": before.manifest_sha256, "tag": self._ref(before)}
        return {"compared_with": said}

    def _ref(self, parent: CommitInfo) -> str:
        """What to call the parent: its tag, if it has one."""
        return next((tag.name for tag in self._store.tags() if tag.commit == parent.id), parent.id[:12])

    def _weights(self, calibration: str) -> dict[str, Any]:
        """``weights.json``: the factor of each cell that a record may name, and what came of the policy's wishes."""
        return {
            "format": WEIGHTS_FORMAT,
            "calibration": calibration,
            "cells": self._engine.query("manifest/cells").to_dicts(),
            "strata": self._description["strata"],
            **self._description["weights"],
        }

    def _yes(self) -> dict[str, str]:
        """The approval that the release rests on; empty when it needs none."""
        needed = self.judged is not None and self.judged.major and self._approval
        return {"reason": needed.reason, "by": needed.by} if needed else {}

    def _approved(self, manifest: dict[str, Any]) -> dict[str, str]:
        approval = manifest["gates"]["approval"]
        return {"approved_by": approval["by"], "approval": approval["reason"]} if approval else {}

    def _source(self, file: WrittenFile) -> Source:
        """Where the bytes of a file are: here, or in the newest release that there was when files were written."""
        return file.local or partial(self._store.open, self._newest.id, file.path)

    def _brought(self, file: WrittenFile) -> WrittenFile:
        """The file with its bytes here."""
        return file if file.local else replace(file, local=bring(self._source(file), self._directory / file.path))

    def _write(self, path: str, content: bytes) -> WrittenFile:
        local = self._directory / path
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_bytes(content)
        return WrittenFile(path, local, hashlib.sha256(content).hexdigest(), len(content), 0)


def _listed(file: WrittenFile) -> dict[str, Any]:
    """A file as the manifest lists it."""
    made_from = {"made_from": file.made_from} if file.made_from else {}
    return {"path": file.path, "sha256": file.sha256, "bytes": file.size, "rows": file.rows, **made_from}


def _held(store: VersionStore, newest: CommitInfo) -> dict[str, WrittenFile]:
    """The files of a release that say what they were made from, by path; none where something of it was purged."""
    if not newest.release_id or not is_whole(store, newest):
        return {}
    rows = (row for row in json.loads(read_manifest(store, newest))["files"] if row.get("made_from"))
    return {
        row["path"]: WrittenFile(row["path"], None, row["sha256"], row["bytes"], row["rows"], row["made_from"])
        for row in rows
    }
