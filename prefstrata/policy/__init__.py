"""Policies: the value ordering of each scenario, as versioned files, and as the tables the SQL reads."""

from prefstrata.policy._diff import differences
from prefstrata.policy._gates import GATE_NAMES, Gate, Gates, gate_meaning
from prefstrata.policy._judging import Exam, Judging
from prefstrata.policy._lint import Finding, Sent
from prefstrata.policy._lint import lint as lint_policies
from prefstrata.policy._noise_checks import MEASURES, NOISES, Measure, NoiseChecks, limit_told
from prefstrata.policy._privacy import PERSONAL_DATA, Privacy
from prefstrata.policy._read import check_strata, read_policies, read_policy
from prefstrata.policy._refit import Every, Refit
from prefstrata.policy._rules import ResponseRule
from prefstrata.policy._schemas import fitting
from prefstrata.policy._tables import load_policies, requirements
from prefstrata.policy._types import Dimension, LayerRule, Policy, StratumPolicy, When
from prefstrata.policy._words import LAYERS, TRAINING_LAYERS, Layer

__all__ = [
    "GATE_NAMES",
    "LAYERS",
    "MEASURES",
    "NOISES",
    "PERSONAL_DATA",
    "TRAINING_LAYERS",
    "Dimension",
    "Every",
    "Exam",
    "Finding",
    "Gate",
    "Gates",
    "Judging",
    "Layer",
    "LayerRule",
    "Measure",
    "NoiseChecks",
    "Policy",
    "Privacy",
    "Refit",
    "ResponseRule",
    "Sent",
    "StratumPolicy",
    "When",
    "check_strata",
    "differences",
    "fitting",
    "gate_meaning",
    "limit_told",
    "lint_policies",
    "load_policies",
    "read_policies",
    "read_policy",
    "requirements",
]
