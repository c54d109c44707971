"""From a release in a store to a folder a trainer reads: whole and verified, or not there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError
from prefstrata.model.kinds import KINDS
from prefstrata.releases import MANIFEST, checkout_files, read_manifest, verify_release
from prefstrata.releases.folders import check_free, whole_folder
from prefstrata.trainers._layer import Layer
from prefstrata.trainers.plain import write_jsonl, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from prefstrata.stores import FileInfo, VersionStore

    Writer = Callable[[Layer, Path], Iterator[tuple[Path, int]]]

__all__ = ["FORMATS", "CheckedOut", "WrittenFile", "checkout_layer"]

FORMATS: Mapping[str, Writer] = {"jsonl": write_jsonl, "parquet": write_parquet}
"""Every format by the name that ``--for`` takes."""

_NOTE = "checkout.json"
_FETCHED = ".release"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of a checkout: its path in the folder, sha256, size in bytes, number of records."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """What a checkout folder holds; ``checkout.json`` in it says the same.

    Attributes:
        ref: what was asked for.
        tag: the release's tag; None for a version that has none.
        commit: the store's id of the version.
        release_id: the release.
        manifest_sha256: digest of its manifest.
        layer: the layer.
        format: the format.
        rows: number of records.
        files: the files, in the order they were written.
    """

    ref: str
    tag: str | None
    commit: str
    release_id: str
    manifest_sha256: str
    layer: str
    format: str
    rows: int
    files: tuple[WrittenFile, ...]

    def document(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


def checkout_layer(  # noqa: PLR0913 - what, where to, how, and whom to tell
    store: VersionStore,
    layer: str,
    ref: str,
    out: Path,
    *,
    form: str,
    layer_only: bool = False,
    progress: Callable[[str], object] = lambda _: None,
) -> CheckedOut:
    """Write one layer of a release, in a trainer's format, into a folder that appears whole or not at all.

    Every byte read is compared with what the release recorded. Memory does not grow with the layer.

    Args:
        store: where to read.
        layer: golden, expert, main, weak or backflow.
        ref: the release; resolved once, so that one published meanwhile changes nothing.
        out: the folder; it must not exist, or be empty.
        form: a name of :data:`FORMATS`.
        layer_only: verify the layer's own files only. The whole release is verified otherwise, because a version with
            one damaged byte is not to be handed out.
        progress: told each stored file that was fetched, each file that was written.

    Raises:
        ConfigError: there is no such layer, format or release, the layer is empty, or the folder is in use.
        IntegrityError: what is stored is not what was released; no folder is left.
    """
    if form not in FORMATS:
        raise ConfigError(f"there is no format {form!r}", where="--for", todo=f"write one of {', '.join(FORMATS)}")
    out = out.absolute()
    check_free(out)
    commit = store.resolve(ref)
    held = json.loads(read_manifest(store, commit))["layers"]
    if layer not in held:
        raise ConfigError(f"there is no layer {layer!r}", where=ref, todo=f"write one of {', '.join(held)}")
    if not held[layer]["records"]:
        full = ", ".join(name for name in held if held[name]["records"]) or "none"
        raise ConfigError(f"the layer {layer} has no records in {ref}", todo=f"layers that have some: {full}")

    if not layer_only:
        progress("verifying the release")
        verify_release(store, commit.id)

    def wanted(file: FileInfo) -> bool:
        return file.path in {MANIFEST, "weights.json"} or file.path.startswith(
            tuple(f"{layer}/{kind}/" for kind in KINDS)
        )

    with whole_folder(out) as scratch:
        fetched = scratch / _FETCHED
        checkout_files(store, commit.id, fetched, select=wanted, progress=lambda file: progress(f"checked {file.path}"))
        files = []
        for path, rows in FORMATS[form](Layer.read(layer, fetched), scratch):
            files.append(_settle(path, rows))
            progress(f"wrote {path.name}")
        shutil.rmtree(fetched)
        made = CheckedOut(
            ref=ref,
            tag=next((tag.name for tag in store.tags() if tag.commit == commit.id), None),
            commit=commit.id,
            release_id=commit.release_id,
            manifest_sha256=commit.manifest_sha256,
            layer=layer,
            format=form,
            rows=sum(file.rows for file in files),
            files=tuple(files),
        )
        note = scratch / _NOTE
        note.write_text(json.dumps(made.document(), indent=2) + "\n", encoding="utf-8")
        _settle(note, 0)
    return made


def _settle(path: Path, rows: int) -> WrittenFile:
    """The finished file, on the disk for good."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(path.name, digest, os.fstat(file.fileno()).st_size, rows)
