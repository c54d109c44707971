"""Two manifests, held against each other."""

from __future__ import annotations

from typing import Any

from benchmarks.spark._runs import say

__all__ = ["same", "unlike"]


def unlike(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What two manifests differ in, by the names of its entries."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two releases are the same in all that their manifests say; says so, point by point."""
    ids = one["release_id"], other["release_id"]
    hashes = [{file["path"]: file["sha256"] for file in manifest["files"]} for manifest in (one, other)]
    paths = hashes[0].keys() | hashes[1].keys()
    changed = sorted(path for path in paths if hashes[0].get(path) != hashes[1].get(path))
    entries = unlike(one, other)
    say(f"same release id: {_yes(ids[0] == ids[1])}: {ids[0]}" + ("" if ids[0] == ids[1] else f" and {ids[1]}"))
    say(f"same hashes: {_yes(not changed)}: {len(paths) - len(changed)} of {len(paths)} files; {' '.join(changed)}")
    say(f"same manifest: {_yes(not entries)} {' '.join(entries)}")
    return not entries


def _yes(agreed: bool) -> str:  # noqa: FBT001 - what is said is what it is
    return "yes" if agreed else "NO"
