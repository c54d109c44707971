"""Finding the release a ref names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.policy import LAYERS

if TYPE_CHECKING:
    from prefstrata.stores import CommitInfo, VersionStore

__all__ = ["released", "tag_of"]

_BRANCH = "main"
"""What stores call the newest release, too."""


def released(store: VersionStore, ref: str) -> CommitInfo:
    """The release a ref names.

    Raises:
        ConfigError: it names none.
    """
    layer, _, rest = ref.partition("@")
    if layer in LAYERS and (rest or layer != _BRANCH):
        wanted = rest or "latest, or a release of `prefstrata log`"
        raise ConfigError(f"{layer} is a layer; a release is wanted here", todo=f"write {wanted}")
    commit = store.resolve(ref)
    if commit.release_id:
        return commit
    todo = "see `prefstrata log`" if store.tags() else "`prefstrata run` makes the first one"
    raise ConfigError(f"{ref} is not a release", where=store.location, todo=todo)


def tag_of(store: VersionStore, commit: CommitInfo) -> str | None:
    """The tag of a commit; None when it has none."""
    return next((tag.name for tag in store.tags() if tag.commit == commit.id), None)
