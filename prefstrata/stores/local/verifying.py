"""Reading a local store back: every byte of the commits in question, and the commits they rest on."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import IO, TYPE_CHECKING

from prefstrata.model import IntegrityError
from prefstrata.model.ahead import ahead
from prefstrata.stores.local.objects import FILES
from prefstrata.stores.local.txn import read_commit, read_tree
from prefstrata.stores.reading import VerifyingReader
from prefstrata.stores.types import FileInfo, Problem, ProblemKind, VerifyReport

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from prefstrata.stores.local.objects import Objects
    from prefstrata.stores.local.refs import Refs
    from prefstrata.stores.types import CommitInfo

__all__ = ["verify_commits", "why_absent"]

_READERS = 2  # hashing holds no lock of Python's, and what is read last was written last: a disk seldom slows it


def verify_commits(
    objects: Objects, refs: Refs, commits: Sequence[CommitInfo], but: Collection[str] = ()
) -> VerifyReport:
    """Read every file of some commits, each stored object once, but those at some paths.

    Raises:
        IntegrityError: a commit or a tree is damaged, theirs or one before them.
    """
    paths: dict[tuple[str, int], str] = {}
    seen: set[str] = set()
    for commit in commits:
        _check_history(objects, commit, seen)
        for path, file in read_tree(objects, commit).items():
            if path not in but:
                paths.setdefault((file.sha256, file.size), path)
    files = [FileInfo(path, sha256, size) for (sha256, size), path in paths.items()]
    opened = ((file, _opened(objects, refs, file)) for file in files)
    with closing(ahead(opened, partial(_read, objects), threads=_READERS)) as found:
        problems = [problem for problem in found if problem]
    problems.sort(key=lambda problem: problem.path)
    ids = tuple(commit.id for commit in commits)
    return VerifyReport(ids, len(files), sum(file.size for file in files), tuple(problems))


def why_absent(refs: Refs, sha256: str) -> tuple[ProblemKind, str]:
    """Return why a stored file is not there."""
    reason = refs.purge_reason(sha256)
    return (ProblemKind.PURGED, f"purged: {reason}") if reason else (ProblemKind.MISSING, "missing")


def _check_history(objects: Objects, commit: CommitInfo, seen: set[str]) -> None:
    parent = commit.parent
    while parent is not None and parent not in seen:
        seen.add(parent)
        before = read_commit(objects, parent, known=True)
        read_tree(objects, before)
        parent = before.parent


def _opened(objects: Objects, refs: Refs, file: FileInfo) -> IO[bytes] | Problem:
    if refs.purge_reason(file.sha256) is None and (stream := objects.open(file.sha256)):
        return stream
    kind, why = why_absent(refs, file.sha256)
    left = objects.size(FILES, file.sha256) is not None
    cut_off = ", but the purge was cut off and the bytes are there still: `prefstrata gc` destroys them"
    return Problem(file.path, kind, why + cut_off * left)


def _read(objects: Objects, opened: tuple[FileInfo, IO[bytes] | Problem]) -> Problem | None:
    file, stream = opened
    if isinstance(stream, Problem):
        return stream
    with VerifyingReader(stream, file, str(objects.path(FILES, file.sha256))) as reader:
        try:
            for _ in reader:
                pass
        except IntegrityError as error:
            return Problem(file.path, ProblemKind.CORRUPT, error.what)
    return None
