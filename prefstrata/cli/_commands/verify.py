"""``prefstrata verify``: proof that releases are intact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._commands._released import released, tag_of
from prefstrata.cli._output import size
from prefstrata.releases import verify_releases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.cli._call import Call

__all__ = ["verify"]


def verify(call: Call, refs: Sequence[str]) -> None:
    """Read back every byte of the releases; of all of them when none is named."""
    with call.store() as store, call.output.working("reading every stored byte back"):
        for ref in refs:
            released(store, ref)
        done = verify_releases(store, refs or None)
        releases = [
            {"tag": tag_of(store, commit), "commit": commit.id, "manifest_sha256": commit.manifest_sha256}
            for commit in done.commits
        ]
    names = ", ".join(str(each["tag"] or each["commit"]) for each in releases)
    document = {"ok": True, "releases": releases, "files": done.files, "bytes": done.bytes}
    if releases:
        call.output.emit(document, f"{names}: intact ({done.files:,} stored files, {size(done.bytes)} read back)")
    else:
        call.output.emit(document, "no releases yet, nothing to verify")
