"""Layers as trainers read them: one module per trainer, and the one way from a release into a folder."""

from prefstrata.trainers._api import Rows, checkout, load
from prefstrata.trainers._checkout import FORMATS, TARGETS, CheckedOut, checkout_layer
from prefstrata.trainers._locking import LOCK_FILE, lockable, locked, write_lock
from prefstrata.trainers._options import DEFAULT_LIMITS, Options
from prefstrata.trainers._report import Ignored, Length, LossReport
from prefstrata.trainers._target import LengthRule, Target
from prefstrata.trainers._writing import WrittenFile

__all__ = [
    "DEFAULT_LIMITS",
    "FORMATS",
    "LOCK_FILE",
    "TARGETS",
    "CheckedOut",
    "Ignored",
    "Length",
    "LengthRule",
    "LossReport",
    "Options",
    "Rows",
    "Target",
    "WrittenFile",
    "checkout",
    "checkout_layer",
    "load",
    "lockable",
    "locked",
    "write_lock",
]
