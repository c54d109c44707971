"""A release that was stopped is kept as a folder, so that people can look at what would have been published."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from prefstrata.releases.drafts import MANIFEST, bring

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.releases.drafts import Draft

__all__ = ["forget_drafts", "keep_draft", "kept_drafts"]


def keep_draft(draft: Draft, files: Path, drafts: Path) -> Path:
    """Move the files of a stopped release to a folder of its own below ``drafts``; the one kept before goes.

    Args:
        draft: what was stopped.
        files: the folder that holds its files under their paths, but for those that an earlier release has.
        drafts: where drafts are kept; made when it is not there.

    Returns:
        The folder, named after the release id.

    Raises:
        UnreachableError: the store does not hand out what it has of it; the one kept before stays.
    """
    for file in draft.files:
        if not (files / file.path).exists():
            bring(file.source, files / file.path)
    drafts.mkdir(exist_ok=True)
    forget_drafts(drafts)
    kept = drafts / draft.release_id[:12]
    shutil.rmtree(kept, ignore_errors=True)
    shutil.move(files, kept)
    (kept / MANIFEST).write_bytes(draft.manifest)
    return kept


def kept_drafts(drafts: Path) -> list[Path]:
    """The folders below ``drafts`` that hold a stopped release."""
    return [each for each in drafts.iterdir() if (each / MANIFEST).is_file()] if drafts.is_dir() else []


def forget_drafts(drafts: Path) -> None:
    """Remove what was kept: another draft, or a release, is there now."""
    for each in kept_drafts(drafts):
        shutil.rmtree(each)
