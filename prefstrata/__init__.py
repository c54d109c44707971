"""prefstrata: the preference-data platform for post-training."""

from prefstrata._version import __version__

__all__ = ["__version__"]
