"""The eight noise checks: one asset check each, on the table of their figures. They warn or err, and stop nothing.

What they do stands in the warehouse: the pairs they send to people, the strata they cap, what they propose.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from assets import RESOURCE, asset_key
from checks._telling import BAD, MEANING, SLICES, table_of
from prefstrata.policy import MEASURES, NOISES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.pipeline import Session

__all__ = ["CHECKS"]

_TABLE = "noise.checks"
_MOST = 20
_FAILS = (
    "A figure fails where its whole interval lies beyond the threshold, on enough judgements (`noise` in the policy)."
)
_SHOWN = ("measure", "slice", "name", "figure", "low", "high", "threshold", "n", "passed")


def _check(noise: str, title: str) -> dg.AssetChecksDefinition:
    actions = sorted({each.action for each in MEASURES if each.noise == noise})

    @dg.asset_check(
        asset=asset_key(_TABLE),
        name=f"{noise.lower()}_{title.replace(' ', '_').replace('-', '_')}",
        description=f"{noise}, {title}. {_FAILS} When it fails: {' '.join(actions)}",
        blocking=False,
        required_resource_keys={RESOURCE},
    )
    def run(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        session: Session = context.resources.session
        found = session.engine.query("reports/noise_checks", noise=noise).to_dicts()
        failed = [row for row in found if not row["passed"]]
        serious = any(row["severity"] == "error" for row in failed)
        return dg.AssetCheckResult(
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if serious else dg.AssetCheckSeverity.WARN,
            metadata=_told(found, failed),
        )

    return run


def _told(found: "Sequence[dict[str, Any]]", failed: "Sequence[dict[str, Any]]") -> dict[str, Any]:
    """Figure, slice, threshold, meaning and action, of what failed, or else of what came nearest to failing."""
    if not found:
        return {MEANING: "Nothing to measure: the ledger has no such judgements.", BAD: 0}
    first = found[0]
    figures = [{name: _short(row[name]) for name in _SHOWN} for row in found[:_MOST]]
    slices = [{"slice": f"{row['slice']} {row['name']}", "measure": row["measure"], "bad": 1} for row in failed]
    return {
        MEANING: " ".join(row["meaning"] for row in failed[:3]) or first["meaning"],
        BAD: len(failed),
        "figure": first["figure"],
        "slice": f"{first['slice']} {first['name']}",
        "threshold": first["threshold"],
        "action": first["action"],
        "figures": table_of(figures),
        **({SLICES: table_of(slices)} if slices else {}),
    }


def _short(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


CHECKS = tuple(_check(noise, title) for noise, title in NOISES.items())
