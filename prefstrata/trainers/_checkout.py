"""From a release in a store to a folder a trainer reads: whole and verified, or not there."""

from __future__ import annotations

import difflib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.model import ConfigError
from prefstrata.model.kinds import KINDS
from prefstrata.releases import MANIFEST, checkout_files, read_manifest, verify_release
from prefstrata.releases.folders import check_free, whole_folder
from prefstrata.stores import tag_number
from prefstrata.trainers import axolotl, llamafactory, ms_swift, nemo_rl, open_instruct, openrlhf, trl
from prefstrata.trainers._layer import Layer
from prefstrata.trainers._options import Options, options_for
from prefstrata.trainers._writing import WrittenFile, settle
from prefstrata.trainers.plain import write_jsonl, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from prefstrata.stores import CommitInfo, FileInfo, VersionStore
    from prefstrata.trainers._report import LossReport
    from prefstrata.trainers._target import Target
    from prefstrata.trainers._worker import Part

    Writer = Callable[[Layer, Path], Iterator[tuple[Path, int]]]

__all__ = ["FORMATS", "TARGETS", "CheckedOut", "WrittenFile", "checkout_layer"]

FORMATS: Mapping[str, Writer] = {"jsonl": write_jsonl, "parquet": write_parquet}
"""The neutral formats by the name that ``--for`` takes: records as the release has them, with their weight."""

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (trl, openrlhf, llamafactory, axolotl, nemo_rl, ms_swift, open_instruct)
    for target in module.TARGETS
}
"""Every trainer's format by the name that ``--for`` takes."""

_NOTE = "checkout.json"
_FETCHED = ".release"
_WAITING = "backflow"


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """What a checkout folder holds; ``checkout.json`` in it says the same.

    Attributes:
        ref: what was asked for.
        tag: the release's tag; None for a version that has none.
        commit: the store's id of the version.
        release_id: the release.
        manifest_sha256: digest of its manifest.
        layer: the layer, or several joined by ``+``.
        format: the format.
        rows: number of rows in the files.
        files: the files, in the order they were written.
        options: the options that differ from the defaults; none for the neutral formats.
        report: what was lost; None for the neutral formats, which lose nothing.
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
    options: Mapping[str, Any]
    report: LossReport | None

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
    options: Options | None = None,
    commit: CommitInfo | None = None,
    layer_only: bool = False,
    progress: Callable[[str], object] = lambda _: None,
) -> CheckedOut:
    """Write layers of a release, in a trainer's format, into a folder that appears whole or not at all.

    Every byte read is compared with what the release recorded. Memory does not grow with the layer.

    Args:
        store: where to read.
        layer: golden, expert, main, weak or backflow; several joined by ``+`` for a trainer's format.
        ref: the release; resolved once, so that one published meanwhile changes nothing.
        out: the folder; it must not exist, or be empty.
        form: a name of :data:`TARGETS` or :data:`FORMATS`.
        options: what to hand out, for a trainer's format; the neutral formats hold every record.
        commit: the version to read, when a lock file names it; what ``ref`` resolves to otherwise.
        layer_only: verify the layer's own files only. The whole release is verified otherwise, because a version with
            one damaged byte is not to be handed out.
        progress: told each stored file that was fetched, each file that was written.

    Raises:
        ConfigError: there is no such layer, format or release, an option does not fit, nothing is left to hand out, or
            the folder is in use.
        GateBlockedError: the options are strict, and the loss report passes a limit; no folder is left.
        IntegrityError: what is stored is not what was released; no folder is left.
    """
    target = TARGETS.get(form)
    if target is None and form not in FORMATS:
        known = ", ".join((*FORMATS, *TARGETS))
        raise ConfigError(f"there is no format {form!r}", where="--for", todo=f"write one of {known}")
    if target is None and options is not None and options.document():
        raise ConfigError(f"the format {form} holds every record as it is", where="--for", todo="leave the options out")
    asked = options_for(target, options or Options()) if target else Options()
    out = out.absolute()
    check_free(out)
    commit = commit or store.resolve(ref)
    tag = next((tag.name for tag in store.tags() if tag.commit == commit.id), None)
    layers = layer.split("+") if target else [layer]
    held = json.loads(read_manifest(store, commit))["layers"]
    _check_layers(layers, held, tag or ref, target)
    _check_dimensions(layers, held, asked)

    def wanted(file: FileInfo) -> bool:
        return file.path in {MANIFEST, "weights.json"} or file.path.startswith(
            tuple(f"{name}/{kind}/" for name in layers for kind in KINDS)
        )

    if not layer_only:
        progress("verifying the release")
        verify_release(store, commit.id, but={file.path for file in store.list(commit.id) if wanted(file)})
    with whole_folder(out) as scratch:
        fetched = scratch / _FETCHED
        told = lambda file: progress(f"checked {file.path}")  # noqa: E731
        checkout_files(store, commit.id, fetched, select=wanted, progress=told, lasting=False)
        files: tuple[WrittenFile, ...]
        report = None
        if target:
            from prefstrata.trainers._handing import hand_out  # noqa: PLC0415 - the neutral formats need no DuckDB

            parts, unread = _parts(target, layers, fetched, held, asked)
            report, files = hand_out(
                parts, fetched / "weights.json", target, asked, scratch, unread=unread, progress=progress
            )
        else:
            files = tuple(_neutral(FORMATS[form], Layer.read(layer, fetched), scratch, progress))
        shutil.rmtree(fetched)
        made = CheckedOut(
            ref=ref,
            tag=tag,
            commit=commit.id,
            release_id=commit.release_id,
            manifest_sha256=commit.manifest_sha256,
            layer=layer,
            format=form,
            rows=sum(file.rows for file in files),
            files=files,
            options=asked.document(),
            report=report,
        )
        note = scratch / _NOTE
        note.write_text(json.dumps(made.document(), indent=2) + "\n", encoding="utf-8")
        settle(note, 0, scratch)
    return made


def _check_layers(layers: list[str], held: Mapping[str, Any], release: str, target: Target | None) -> None:
    for name in layers:
        if target is None and set(name.split("+")) <= held.keys() and "+" in name:
            raise ConfigError(
                "one layer at a time in this format: only a trainer's format takes several",
                where=name,
                todo=f"check out {' and '.join(name.split('+'))} into a folder each",
            )
        if name not in held:
            raise _no_layer(name, list(held), release)
        if target and name == _WAITING:
            raise ConfigError(f"nothing trains on {name}", todo="hand it out as jsonl or parquet to look at it")
    if len(set(layers)) < len(layers):
        raise ConfigError("a layer is named twice", where="+".join(layers), todo="name it once")
    if not any(held[name]["records"] for name in layers):
        full = ", ".join(name for name in held if held[name]["records"]) or "none"
        raise ConfigError(
            f"the layer {' and '.join(layers)} has no records in {release}", todo=f"layers that have some: {full}"
        )


def _no_layer(name: str, held: list[str], release: str) -> ConfigError:
    """What was meant: a layer that is spelled otherwise, or the layer of a release, which stands behind it."""
    if name == "latest" or tag_number(name):
        return ConfigError(f"{name} is a release, not a layer", todo=f"write LAYER@{name}, such as {held[0]}@{name}")
    near = difflib.get_close_matches(name, held, n=1)
    meant = f": did you mean {near[0]}?" if near else ""
    return ConfigError(f"there is no layer {name!r} in {release}{meant}", todo=f"write one of {', '.join(held)}")


def _check_dimensions(layers: list[str], held: Mapping[str, Any], options: Options) -> None:
    """A name that nobody judged by is a slip of the pen, not a wish for nothing."""
    for option, kind, asked in (
        ("--dimension", "pairs", {options.dimension} - {""}),
        ("--dimensions", "ratings", set(options.dimensions)),
    ):
        by = [held[name]["kinds"].get(kind, {}).get("by", {}).get("dimension", {}) for name in layers]
        known = sorted({dimension for each in by for dimension in each})
        if known and (unknown := sorted(asked - set(known))):
            raise ConfigError(
                f"nobody judged {kind} of {' and '.join(layers)} on {', '.join(unknown)}",
                where=option,
                todo=f"name one of {', '.join(known)}",
            )


def _parts(
    target: Target, layers: list[str], fetched: Path, held: Mapping[str, Any], options: Options
) -> tuple[list[Part], dict[str, int]]:
    """The files of the kinds that the target reads, in parts, and how many records of other kinds there are."""
    from prefstrata.trainers._parting import parts_of  # noqa: PLC0415 - the neutral formats need no DuckDB

    kinds = [kind for kind in KINDS if kind in target.reads]
    found = [
        (name, kind, path, path.stat().st_size)
        for name in layers
        for kind in kinds
        for path in sorted((fetched / name / kind).glob("*.parquet"))
    ]
    unread: dict[str, int] = {}
    for name in layers:
        for kind, about in held[name]["kinds"].items():
            if kind not in target.reads:
                unread[kind] = unread.get(kind, 0) + about["records"]
    if not found:
        there = " and ".join(unread) or "none"
        raise ConfigError(
            f"{target.name} reads {' and '.join(target.reads)}, and {'+'.join(layers)} has {there}",
            where="--for",
            todo="name another layer or format",
        )
    return parts_of(found, options), unread


def _neutral(write: Writer, layer: Layer, folder: Path, progress: Callable[[str], object]) -> Iterator[WrittenFile]:
    for path, rows in write(layer, folder):
        yield settle(path, rows, folder)
        progress(f"wrote {path.name}")
