"""Noise: how raters behave, estimated from their votes, and with it what every pair's votes are worth."""

from prefstrata.noise._fit import FITTED, READS, Fit, FitSettings, fit_raters, read_by_fit
from prefstrata.noise._kept import State, kept_state

__all__ = ["FITTED", "READS", "Fit", "FitSettings", "State", "fit_raters", "kept_state", "read_by_fit"]
