"""Raking by another road: the nearest weights as a convex problem, solved by SciPy through its dual.

The weights nearest to ``w`` in Kullback and Leibler's sense that meet margins ``A x = b`` are ``w exp(A'
λ)``, where λ minimises the convex function ``Σ w exp(A' λ) - b' λ``. Nothing here scales rows and columns in
turn, so it shares no step with what it checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.weighting import Margin

__all__ = ["nearest"]


def nearest(weights: Sequence[float], margins: Sequence[Margin]) -> list[float]:
    """The factors of the nearest weights that meet the margins, which must be feasible."""
    w = np.asarray(weights, dtype=float)
    w = w / w.sum()
    rows = [(margin, group) for margin in margins for group in margin.shares]
    a = np.array([[float(each == group) for each in margin.groups] for margin, group in rows])
    b = np.array([margin.shares[group] for margin, group in rows])

    def dual(lagrange: np.ndarray) -> tuple[float, np.ndarray]:
        x = w * np.exp(a.T @ lagrange)
        return float(x.sum() - b @ lagrange), a @ x - b

    def hessian(lagrange: np.ndarray) -> np.ndarray:
        return (a * (w * np.exp(a.T @ lagrange))) @ a.T

    found = minimize(dual, np.zeros(len(b)), jac=True, hess=hessian, method="trust-exact", options={"gtol": 1e-13})
    return np.exp(a.T @ found.x).tolist()
