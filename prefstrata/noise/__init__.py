"""Noise: how raters behave, estimated from their votes, and with it what every pair's votes are worth."""

from prefstrata.noise._fit import FITTED, READS, Fit, FitSettings, fit_raters

__all__ = ["FITTED", "READS", "Fit", "FitSettings", "fit_raters"]
