"""What must hold: our own checks, which stop a run, and expectations, which watch the ledger."""

from checks import _expectations, _noise, _statements
from checks._telling import BAD, FAILED, MEANING, SAMPLE, SLICES, table_of

__all__ = ["BAD", "CHECKS", "FAILED", "MEANING", "SAMPLE", "SLICES", "table_of"]

CHECKS = (*_statements.CHECKS, *_expectations.CHECKS, *_noise.CHECKS)
"""Every check definition."""
