"""Policies: the value ordering of each scenario, as versioned files, and as the tables the SQL reads."""

from prefstrata.policy._gates import GATE_NAMES, Gate, Gates, gate_meaning
from prefstrata.policy._noise_checks import MEASURES, NOISES, Measure, NoiseChecks
from prefstrata.policy._read import check_strata, read_policies
from prefstrata.policy._refit import Every, Refit
from prefstrata.policy._tables import load_policies, requirements
from prefstrata.policy._types import LAYERS, TRAINING_LAYERS, Dimension, Layer, LayerRule, Policy, StratumPolicy, When

__all__ = [
    "GATE_NAMES",
    "LAYERS",
    "MEASURES",
    "NOISES",
    "TRAINING_LAYERS",
    "Dimension",
    "Every",
    "Gate",
    "Gates",
    "Layer",
    "LayerRule",
    "Measure",
    "NoiseChecks",
    "Policy",
    "Refit",
    "StratumPolicy",
    "When",
    "check_strata",
    "gate_meaning",
    "load_policies",
    "read_policies",
    "requirements",
]
