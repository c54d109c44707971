"""Whether a run fits the rater model anew or reads the votes by the last fit.

A new fit moves every estimate a little, and with it rewrites most files of a release. So a policy may keep a fit, and
says when it is due: a release then is a function of ledger, policies, code and the fit that it names.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.noise import fit_raters, kept_state, read_by_fit
from prefstrata.policy import Every
from prefstrata.releases.identity import calibration_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefstrata.engine import Engine
    from prefstrata.noise import State
    from prefstrata.policy import Refit
    from prefstrata.releases.identity import Identity

__all__ = ["due", "fit_in_use", "fit_or_keep"]

_DAY = 86_400
_GROWN = 1.25
"""So much more votes than the fit has seen, and it is due."""
_NEW = 0.02
"""A stratum or dimension that the fit has not met makes it due when it has this share of the votes."""
_DRIFTED = 0.02
"""Raters whose agreement changed since the fit make it due when they gave this share of the votes."""


def fit_in_use(engine: Engine, identity: Identity) -> Identity:
    """The identity with the fit that ``noise.*`` holds: this ledger's own, or one that was kept."""
    made = _last(engine)
    fresh = calibration_id(identity)
    if made is None or made["calibration_id"] == fresh or made["made_by"] != identity.made_by:
        return identity
    return dataclasses.replace(identity, kept=made["calibration_id"])


def fit_or_keep(engine: Engine, identity: Identity, refit: Refit, *, now: int) -> str:
    """Fill the tables of the rater model; returns why a fit was made, or an empty text when the last was kept.

    Args:
        engine: holds the evidence.
        identity: what a release made now would be computed from, with a fit of its own.
        refit: what the policy says.
        now: seconds since the epoch.
    """
    panels = engine.query("reports/panels")
    made, state = _last(engine), kept_state(engine)
    changes, withdrawn = engine.read("noise.changes"), engine.read("evidence.withdrawn")
    because = due(refit, identity, made, state, panels, changes, withdrawn, now=now)
    if not because and made is not None and state is not None:
        read_by_fit(engine, state, made["calibration_id"])
        return ""
    # The name comes last: what a killed run has left half is nobody's fit.
    engine.clear("noise.fits")
    name = calibration_id(identity)
    fit = fit_raters(engine, name)
    row = (name, identity.ledger, identity.made_by, now, fit.votes, because)
    engine.load("noise.fits", pl.DataFrame([row], schema=_FITS, orient="row"))
    return because


_FITS = {
    "calibration_id": pl.String,
    "ledger": pl.String,
    "made_by": pl.String,
    "fitted_at": pl.Int64,
    "votes": pl.Int64,
    "because": pl.String,
}


def due(  # noqa: PLR0911, PLR0913, PLR0917 - one reason a line, from all that may be one
    refit: Refit,
    identity: Identity,
    made: Mapping[str, Any] | None,
    state: State | None,
    panels: pl.DataFrame,
    changes: pl.DataFrame,
    withdrawn: pl.DataFrame,
    *,
    now: int,
) -> str:
    """Why a fit is due, in words; empty when the last one holds.

    Args:
        refit: what the policy says.
        identity: as for :func:`fit_or_keep`.
        made: the row of ``noise.fits``; None when there was no fit.
        state: what it came to.
        panels: as ``reports/panels``.
        changes: as ``noise.changes``.
        withdrawn: as ``evidence.withdrawn``.
        now: seconds since the epoch.
    """
    if refit == "every-run":
        return "the policy asks for a fit in every run"
    if made is None or state is None:
        return "there was no fit"
    if made["made_by"] != identity.made_by:
        return "the policies or the code are others than those of the last fit"
    if not state.raters.join(withdrawn, on="rater_id", how="semi").is_empty():
        return "a rater whose votes the last fit learnt from withdrew"
    if isinstance(refit, Every):
        age = (now - made["fitted_at"]) // _DAY
        return f"the last fit was {age} days old" if age >= refit.days else ""
    votes = int(panels["votes"].sum())
    if votes > _GROWN * made["votes"]:
        return f"votes grew from {made['votes']} to {votes}"
    met = state.panels.select("stratum", "dimension")
    new = panels.join(met, on=["stratum", "dimension"], how="anti").sort("votes", "stratum", "dimension")
    if not new.is_empty() and new["votes"].sum() > _NEW * votes:
        return f"{new['stratum'][-1]} votes on {new['dimension'][-1]}, which the last fit has not met"
    who = ["rater_id", "dimension", "stratum"]
    moved = changes.join(state.changes.select(who), on=who, how="anti")
    if not moved.is_empty() and moved["n"].sum() > _DRIFTED * votes:
        return f"raters changed since the last fit, of whom there are {moved['n'].sum()} votes"
    return ""


def _last(engine: Engine) -> dict[str, Any] | None:
    return next(engine.read("noise.fits").iter_rows(named=True), None)
