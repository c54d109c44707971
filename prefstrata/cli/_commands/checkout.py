"""``prefstrata checkout``: layers in a folder, as a trainer reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefstrata.cli._commands._released import released
from prefstrata.cli._output import Grid, counted, size
from prefstrata.model import ConfigError, IntegrityError
from prefstrata.releases import newest_manifest, read_manifest
from prefstrata.releases.consent import withdrawn_in
from prefstrata.trainers import FORMATS, TARGETS, Options, checkout_layer, lockable, locked, write_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from prefstrata.cli._call import Call
    from prefstrata.stores import CommitInfo, VersionStore
    from prefstrata.trainers import CheckedOut, LossReport, Target

__all__ = ["Lock", "checkout"]

_LABELS = {
    "pairs": "pairs whose better side is the longer one",
    "unpaired": "labels that say good",
    "traces": "steps labelled good",
    "ratings": "",
}
"""What the share of good labels is of, by the kind that a target reads first; scores have none."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock file, and whether to write the version into it or to take the one it names."""

    path: Path
    write: bool
    honour: bool


def checkout(  # noqa: PLR0913 - what was said on the command line
    call: Call,
    layer: str,
    form: str,
    out: Path,
    *,
    layer_only: bool,
    lock: Lock,
    limits: Sequence[str],
    options: Mapping[str, Any],
) -> None:
    """Write ``LAYER[@REF]`` into the folder ``out``."""
    name, _, said = layer.partition("@")
    ref = said or "latest"
    if form not in TARGETS and form not in FORMATS:
        known = ", ".join((*FORMATS, *TARGETS))
        raise ConfigError(f"there is no format {form!r}", where="--for", todo=f"write one of {known}")
    if lock.write and lock.honour:
        raise ConfigError("--lock writes what --locked reads", todo="leave one of them out")
    asked = Options(**options, limits=dict(_limits(limits)))
    if lock.write:
        lockable(lock.path)
    with call.store() as store, call.output.working(f"checking out {layer}") as doing:
        commit = locked(lock.path, ref, store) if lock.honour else released(store, ref)
        made = checkout_layer(
            store, name, ref, out, form=form, options=asked, commit=commit, layer_only=layer_only, progress=doing
        )
        if lock.write:
            write_lock(lock.path, ref, commit)
        more = _withdrew_since(store, commit)
    if more:
        which = made.tag or made.commit  # a lock file may hold a ref to what it no longer names
        call.output.warn(f"{which} was made before {more:,} withdrew consent, and holds what they took back")
    call.output.emit(made.document(), *_told(made, out))


def _withdrew_since(store: VersionStore, commit: CommitInfo) -> int:
    """How many the newest release leaves out because they withdrew, and this one does not.

    Where the newest one's manifest was purged, as a rollback's can be, the newest before it speaks.
    """
    newest = store.resolve("latest")
    if newest.id == commit.id:
        return 0
    try:
        known = withdrawn_in(newest_manifest(store, newest))
    except IntegrityError:  # who asks for another release need not hear of the newest one's damage
        return 0
    return withdrawn_in(json.loads(read_manifest(store, commit))).missing(known)


def _limits(said: Sequence[str]) -> Iterator[tuple[str, float]]:
    for each in said:
        name, _, share = each.partition("=")
        try:
            yield name, float(share)
        except ValueError as error:
            raise ConfigError(
                f"{each!r} is no limit", where="--limit", todo="write NAME=SHARE, such as dropped=0.05"
            ) from error


def _told(made: CheckedOut, out: Path) -> Iterator[str | Grid]:
    what = "record" if made.report is None else "row"
    yield f"{counted(made.rows, what)} of {made.layer} from {made.tag or made.commit}, every byte verified, in {out}"
    yield Grid.of(f"file >{what}s >size", [(file.path, file.rows, size(file.bytes)) for file in made.files])
    if made.report is not None:
        yield from _report(made.report, TARGETS[made.format])


def _report(report: LossReport, target: Target) -> Iterator[Grid]:
    yield Grid.of(
        "what >records",
        [
            ("read", report.records),
            *((f"left out: {reason}", records) for reason, records in report.left_out.items()),
            *([("not drawn", report.not_drawn)] if report.not_drawn else []),
            ("handed out", report.handed_out),
            *((f"of other kinds, not read: {kind}", records) for kind, records in report.unread.items()),
        ],
        f"Losses on the way to {target.trainer}",
    )
    yield Grid.of("figure >value", list(_figures(report, target)), "What is handed out")
    if report.ignored:
        yield Grid.of(
            "ignored meaning instead",
            [(each.what, each.effect, each.instead) for each in report.ignored],
            "What the trainer will not hear",
        )


def _figures(report: LossReport, target: Target) -> Iterator[tuple[str, object]]:
    yield "rows", report.rows
    if report.validation:
        yield "rows of those for validation", report.validation
    yield "prompts", report.prompts
    if report.repeated:
        yield "rows that repeat a record", report.repeated
    if report.ties[0]:
        yield "ties read", report.ties[0]
        yield "ties handed out", report.ties[1]
    if report.swapped:
        yield "rows with sides turned round by the dimension", report.swapped
    for name, share in (
        (_LABELS[target.reads[0]], report.good),
        ("effective sample size of the weights, as a share", report.effective),
        ("share of the heaviest record in all weight", report.heaviest),
    ):
        if share is not None:
            yield name, f"{share:.1%}"
    if report.mean_weight is not None:
        yield "mean weight", report.mean_weight
    if report.length:
        seen = "as seen in it" if report.length.run else "as its source says"
        yield f"rows it drops at {report.length.max_length:,} tokens, {seen}", report.length.dropped
        yield "rows it cuts", report.length.cut
        yield "pairs the same on both sides once cut", report.length.same
        yield "tokens of the longest sequence", report.length.longest
