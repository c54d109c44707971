"""The nouns of the platform: tables, ids, layers and errors."""

from prefstrata.model.errors import ConfigError, GateBlockedError, IntegrityError, PrefstrataError, UnreachableError

__all__ = ["ConfigError", "GateBlockedError", "IntegrityError", "PrefstrataError", "UnreachableError"]
