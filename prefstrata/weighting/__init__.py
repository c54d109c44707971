"""Weighting: factors that bring a version to its declared shares, and limits that no user may exceed."""

from prefstrata.weighting._filling import COMPUTED, Computed
from prefstrata.weighting._limits import LIMITS, limited
from prefstrata.weighting._raking import Margin, Raked, rake

__all__ = ["COMPUTED", "LIMITS", "Computed", "Margin", "Raked", "limited", "rake"]
