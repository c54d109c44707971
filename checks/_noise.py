"""The eight noise checks: one asset check each, on the table of their figures. They warn or err, and stop nothing.

What they do stands in the warehouse: the pairs they send to people, the strata they cap, what they propose.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from assets import RESOURCE, asset_key
from checks._telling import FAILED, MEANING, SLICES, table_of
from prefstrata.policy import MEASURES, NOISES, limit_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prefstrata.pipeline import Session

__all__ = ["CHECKS", "noise_told"]

_TABLE = "noise.checks"
_MOST = 20
_FAILS = (
    "A figure fails where its whole interval lies beyond the threshold, on enough judgements (`noise` in the policy)."
)
_NOTHING = {"N7": "Nothing to compare: no scenario has pairs of two tasks, and one task alone dominates nobody."}
_NOTHING_JUDGED = "Nothing to measure: the ledger has no judgements that this check could compare."
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
            metadata=noise_told(noise, found, failed),
        )

    return run


def noise_told(noise: str, found: "Sequence[dict[str, Any]]", failed: "Sequence[dict[str, Any]]") -> dict[str, Any]:
    """What a noise check says of what failed, and what follows; else of what came nearest, and what it would mean.

    Args:
        noise: the check.
        found: rows of ``sql/reports/noise_checks.sql``.
        failed: those of them that did not pass.
    """
    if not found:
        return {MEANING: _NOTHING.get(noise, _NOTHING_JUDGED), FAILED: 0}
    first = found[0]
    where = f"{first['slice']} {first['name']}"
    nearest = f"No figure fails. Nearest to its threshold of {_limit(first)} is {first['measure']} on {where}"
    passed = f"{nearest}: {_figure(first)}. What it means where it fails: {first['meaning']}"
    slices = [
        {"slice": f"{row['slice']} {row['name']}", "measure": row["measure"], "figure": _figure(row)} for row in failed
    ]
    return {
        MEANING: " ".join(row["meaning"] for row in failed[:3]) or passed,
        FAILED: len(failed),
        "figure": first["figure"],
        "slice": where,
        "threshold": first["threshold"],
        "limit": _limit(first),
        **({"action": first["action"]} if failed else {}),
        "figures": table_of(
            [{name: _short(row[name]) for name in _SHOWN} | {"threshold": _limit(row)} for row in found[:_MOST]]
        ),
        **({SLICES: table_of(slices)} if slices else {}),
    }


def _figure(row: "dict[str, Any]") -> str:
    return f"{100 * row['figure']:.1f} %" if row["unit"] == "share" else f"{row['figure']:.2f}"


def _limit(row: "dict[str, Any]") -> str:
    return limit_told(row["threshold"], row["beyond"], row["unit"])


def _short(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


CHECKS = tuple(_check(noise, title) for noise, title in NOISES.items())
