"""Refs of a lakeFS repository: commits, release tags and branches, in this library's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakefs_sdk.models.branch_creation import BranchCreation

from prefstrata.model import ConfigError, IntegrityError
from prefstrata.stores.errors import RunGoneError
from prefstrata.stores.lakefs.errors import Fault, Kind, user_error
from prefstrata.stores.lakefs.objects import list_entries
from prefstrata.stores.trees import tree_id
from prefstrata.stores.types import CommitInfo, TagInfo, tag_name, tag_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lakefs_sdk.models.commit import Commit

    from prefstrata.stores.lakefs.client import Client

__all__ = ["Refs"]

_COMMIT_ID = re.compile(r"[0-9a-f]{8,64}")


class Refs:
    """The refs of one repository.

    Args:
        client: the server.
        main: name of the repository's default branch.
    """

    def __init__(self, client: Client, main: str) -> None:
        """Remember where to ask."""
        self._client, self.main = client, main

    def commit(self, commit: str) -> CommitInfo:
        """Return a commit by its id, or an unambiguous beginning of one.

        Raises:
            ConfigError: there is none.
        """
        try:
            return self.info(self._client.call(self._client.commits.get_commit, self._client.repository, commit))
        except Fault as fault:
            raise self._unknown(fault, commit) from None

    def info(self, row: Commit) -> CommitInfo:
        """Return what the server says of a commit, in our words."""
        metadata = {str(key): str(value) for key, value in (row.metadata or {}).items()}
        tree = metadata.get("tree") or tree_id(e.file for e in list_entries(self._client, row.id).values())
        return CommitInfo(row.id, row.parents[0] if row.parents else None, tree, metadata, int(row.creation_date))

    def resolve(self, ref: str) -> str:
        """Return the commit id a ref names.

        Raises:
            ConfigError: it names none.
        """
        if ref == "latest":
            tags = self.tags()
            return tags[-1].commit if tags else self.root()
        if ref == "main":
            return self.head(self.main) or self.root()
        number = tag_number(ref)
        if number:
            commit = self.tagged(tag_name(number))
            if commit:
                return commit
        elif _COMMIT_ID.fullmatch(ref):
            return self.commit(ref).id
        raise ConfigError(f"there is no version {ref!r}", where=self._client.location, todo="see `prefstrata log`")

    def root(self) -> str:
        """Return the id of the commit the repository began with; only asked while there is no release.

        Raises:
            ConfigError: other work has been committed on the default branch.
        """
        head = self.head(self.main)
        if head is None or self.commit(head).parent is not None:
            raise ConfigError(
                "the repository holds commits that are not releases",
                where=self._client.location,
                todo="give prefstrata a repository of its own",
            )
        return head

    def tags(self) -> list[TagInfo]:
        """Return the release tags, oldest first.

        Raises:
            IntegrityError: a number is missing in between.
        """
        rows = self._client.pages(self._client.tags.list_tags, prefix="v")
        tags = [TagInfo(row.id, row.commit_id) for row in rows if row.id == tag_name(tag_number(row.id) or 0)]
        tags.sort(key=lambda tag: tag.number)
        if [tag.number for tag in tags] != list(range(1, len(tags) + 1)):
            raise IntegrityError(
                "a release tag is missing from the repository",
                where=self._client.location,
                todo="find out who deleted it and create it again on the same commit",
            )
        return tags

    def tagged(self, tag: str) -> str | None:
        """Return the commit id of a tag; None when there is no such tag."""
        try:
            return str(self._client.call(self._client.tags.get_tag, self._client.repository, tag).commit_id)
        except Fault as fault:
            if fault.kind is Kind.MISSING:
                return None
            raise user_error(fault, self._client.location) from None

    def head(self, branch: str) -> str | None:
        """Return the commit id of a branch; None when there is no such branch."""
        try:
            return str(self._client.call(self._client.branches.get_branch, self._client.repository, branch).commit_id)
        except Fault as fault:
            if fault.kind is Kind.MISSING:
                return None
            raise user_error(fault, self._client.location) from None

    def run_head(self, branch: str) -> str:
        """Return the commit id of a run's branch.

        Raises:
            RunGoneError: there is no such branch.
        """
        head = self.head(branch)
        if head is None:
            raise RunGoneError(f"the branch {branch} is gone", where=self._client.location, todo="run again")
        return head

    def create_branch(self, branch: str, source: str) -> bool:
        """Create a branch on a commit; return False when it was there already."""
        wanted = BranchCreation(name=branch, source=source, force=False, hidden=False)
        try:
            self._client.call(self._client.branches.create_branch, self._client.repository, wanted)
        except Fault as fault:
            if fault.kind is Kind.EXISTS:
                return False
            raise user_error(fault, self._client.location) from None
        return True

    def delete_branch(self, branch: str) -> None:
        """Delete a branch and what is staged on it; nothing happens when it is gone."""
        try:
            self._client.call(self._client.branches.delete_branch, self._client.repository, branch)
        except Fault as fault:
            if fault.kind is not Kind.MISSING:
                raise user_error(fault, self._client.location) from None

    def branches(self, prefix: str) -> dict[str, str]:
        """Return the head of every branch whose name begins with a prefix."""
        rows = self._client.pages(self._client.branches.list_branches, prefix=prefix)
        return {row.id: row.commit_id for row in rows}

    def history(self, commit: str) -> Iterator[CommitInfo]:
        """Yield a commit and those before it."""
        rows = self._client.pages(self._client.refs.log_commits, commit, first_parent=True)
        return map(self.info, rows)

    def move_main(self, commit: str) -> None:
        """Point the default branch at a commit.

        Raises:
            ConfigError: somebody staged something on it.
        """
        reset = self._client.experimental.hard_reset_branch
        try:
            self._client.call(reset, self._client.repository, self.main, commit)
        except Fault as fault:
            raise user_error(fault, self._client.location) from None

    def _unknown(self, fault: Fault, ref: str) -> Exception:
        if fault.kind in {Kind.MISSING, Kind.INVALID}:
            return ConfigError(f"there is no version {ref!r}", where=self._client.location, todo="see `prefstrata log`")
        return user_error(fault, self._client.location)
