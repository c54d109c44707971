"""The embedded version store: a folder, no server."""

from prefstrata.stores.local.store import LocalStore

__all__ = ["LocalStore"]
