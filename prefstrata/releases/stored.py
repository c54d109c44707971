"""Reading releases back: proof that a version is intact, and folders that hold exactly one."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.model.ahead import ahead
from prefstrata.releases.drafts import MANIFEST, manifest_files
from prefstrata.releases.folders import check_free, whole_folder
from prefstrata.stores import FileInfo, ProblemKind, PurgedError, check_path, check_together, tree_id
from prefstrata.stores.durable import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from prefstrata.stores import CommitInfo, VersionStore
    from prefstrata.stores.reading import VerifyingReader

__all__ = ["Checkout", "Verified", "checkout_files", "read_manifest", "verify_release", "verify_releases"]

_NAMED = 20
_PURGED = "what was purged is gone for good; name the releases that are to be whole, such as `prefstrata verify latest`"
_RESTORE = "do not train on these versions; restore files that were not purged from a copy of the store, or roll back"
_DOWNLOADS = 4


@dataclass(frozen=True, slots=True)
class Verified:
    """Releases that were read back and found whole: their commits, and how much was read."""

    commits: tuple[CommitInfo, ...]
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder that holds files of one commit, each one verified."""

    folder: Path
    commit: CommitInfo
    files: tuple[FileInfo, ...]

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)


def read_manifest(store: VersionStore, commit: CommitInfo) -> bytes:
    """Return the bytes of a release's manifest, checked against the digest its commit recorded.

    Raises:
        ConfigError: the commit is not a release.
        IntegrityError: the manifest is damaged, or is not the one the commit recorded.
    """
    if not commit.manifest_sha256:
        raise ConfigError(f"version {commit.id[:12]} is not a release", where=store.location)
    info = next((file for file in store.list(commit.id, MANIFEST) if file.path == MANIFEST), None)
    if info is None or info.sha256 != commit.manifest_sha256:
        raise IntegrityError(
            f"{MANIFEST} of version {commit.id[:12]} is not the one its commit recorded", where=store.location
        )
    with store.open(commit.id, MANIFEST) as reader:
        return reader.read()


def verify_release(store: VersionStore, ref: str, *, but: Collection[str] = ()) -> Verified:
    """Read back every byte of one release and compare it with its manifest.

    Args:
        store: where to read.
        ref: the release.
        but: paths that are not read, because the caller reads them to the end, which compares their bytes as well.

    Raises:
        ConfigError: the ref names no release.
        IntegrityError: files are damaged, missing, purged or not in the manifest; the error lists them.
    """
    return verify_releases(store, [ref], but=but)


def verify_releases(store: VersionStore, refs: Sequence[str] | None = None, *, but: Collection[str] = ()) -> Verified:
    """Read back every byte of several releases, each stored object once; of all releases when none are named.

    Args:
        store: where to read.
        refs: the releases.
        but: see :func:`verify_release`.

    Raises:
        ConfigError: a ref names no release.
        IntegrityError: see :func:`verify_release`.
    """
    names = [tag.name for tag in store.tags()] if refs is None else refs
    commits = tuple(store.resolve(ref) for ref in names)
    wrong = [line for commit in commits for line in _against_manifest(store, commit)]
    report = store.verify([commit.id for commit in commits], but=but)
    is_purged = not wrong and all(problem.kind is ProblemKind.PURGED for problem in report.problems)
    wrong += [str(problem) for problem in report.problems]
    if wrong:
        lines = sorted(set(wrong))
        more = f" and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
        raise IntegrityError(
            f"{len(lines)} stored files are not as they were released: {'; '.join(lines[:_NAMED])}{more}",
            where=store.location,
            todo=_PURGED if is_purged else _RESTORE,
        )
    return Verified(commits, report.files, report.bytes)


def _against_manifest(store: VersionStore, commit: CommitInfo) -> Iterator[str]:
    stored = {file.path: file for file in store.list(commit.id)}
    try:
        rows = manifest_files(read_manifest(store, commit))
    except ValueError as error:
        raise IntegrityError(f"{MANIFEST} cannot be read: {error}", where=store.location) from error
    except PurgedError:
        return  # the store names it among what it read
    except IntegrityError as error:
        yield f"{MANIFEST}: {error.what}"
        return
    listed = {path: FileInfo(path, sha256, size) for path, sha256, size in rows}
    listed[MANIFEST] = stored[MANIFEST]
    yield from (f"{path}: missing" for path in listed.keys() - stored.keys())
    yield from (f"{path}: not in the manifest" for path in stored.keys() - listed.keys())
    for path in listed.keys() & stored.keys():
        if listed[path] != stored[path]:
            yield f"{path}: not the file the manifest names"
    if tree_id(stored.values()) != commit.tree:
        yield "the tree: not the one the commit recorded"


def checkout_files(  # noqa: PLR0913 - what, where to, and three refinements that are each their own
    store: VersionStore,
    ref: str,
    out: Path,
    *,
    select: Callable[[FileInfo], bool] | None = None,
    expected: str | None = None,
    progress: Callable[[FileInfo], object] | None = None,
    lasting: bool = True,
) -> Checkout:
    """Write files of one version into a folder that appears whole and verified, or not at all.

    Args:
        store: where to read.
        ref: what to read; it is resolved once, so a release published meanwhile changes nothing.
        out: the folder; it must not exist, or be empty.
        select: which files; all when None.
        expected: a commit id the ref must name, from the caller's lock file.
        progress: called after each file.
        lasting: whether to see every file on the disk for good; not for files that are only needed meanwhile.

    Raises:
        ConfigError: the folder is in use, or no file is selected.
        IntegrityError: a byte is not the committed one, a path is not safe, or the ref names another commit than
            expected; no folder is left.
    """
    out = out.absolute()
    check_free(out)
    commit = store.resolve(ref)
    if expected is not None and commit.id != expected:
        raise IntegrityError(
            f"{ref} is version {commit.id[:12]}, not {expected[:12]} as locked",
            where=store.location,
            todo="find out why the version moved, or delete the lock file to accept it",
        )
    stored = list(store.list(commit.id))
    if tree_id(stored) != commit.tree:
        raise IntegrityError(f"the files of {ref} are not the ones its commit recorded", where=store.location)
    files = tuple(file for file in stored if select is None or select(file))
    if not files:
        raise ConfigError(f"no file of {ref} is selected", where=store.location)
    check_together(check_path(file.path) for file in files)
    with whole_folder(out, lasting=lasting) as scratch, ExitStack() as readers:
        # The stack closes those that were opened and, after a failure, never read.
        opened = ((file, readers.enter_context(store.open(commit.id, file.path))) for file in files)
        keep = partial(_keep, folder=scratch, lasting=lasting)
        with closing(ahead(opened, keep, threads=_DOWNLOADS)) as kept:
            for file in kept:
                if progress:
                    progress(file)
    return Checkout(out, commit, files)


def _keep(opened: tuple[FileInfo, VerifyingReader], folder: Path, *, lasting: bool) -> FileInfo:
    file, reader = opened
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        reader,
        replacing(target, folder / f".{secrets.token_hex(8)}", mode=0o644) if lasting else target.open("xb") as into,
    ):
        for chunk in reader:
            into.write(chunk)
    return file
