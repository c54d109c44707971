"""What the noise checks of a release found, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.cli._output import Grid
from prefstrata.policy import NOISES, limit_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["noise_told"]

_MOST = 8


def noise_told(noise: Sequence[Mapping[str, Any]]) -> Iterator[str | Grid]:
    """The noise checks of a manifest: a line, what failed and what follows; nothing where nothing could be checked.

    Args:
        noise: rows of ``sql/manifest/noise.sql``.
    """
    if not noise:
        return
    failed = [row for row in noise if not row["passed"]]
    names = {row["noise"] for row in noise}
    bad = {row["noise"] for row in failed}
    yield f"noise checks: {len(names)} had something to measure, {len(bad)} failed"
    if failed:
        rows = (
            (
                f"{row['noise']} {NOISES[row['noise']]}",
                row["measure"],
                f"{row['slice']} {row['name']}",
                _figure(row["value"], row["unit"]),
                limit_told(row["threshold"], row.get("beyond", "above"), row["unit"]),
            )
            for row in failed[:_MOST]
        )
        more = f", and {len(failed) - _MOST} more" if len(failed) > _MOST else ""
        yield Grid.of("check measure slice >figure >threshold", rows, f"Failed noise checks (see the report){more}")
        follows = dict.fromkeys((row["noise"], row["action"]) for row in failed[:_MOST])
        yield from (f"what follows from {noise}: {action}" for noise, action in follows)
        yield from _movers(failed[:_MOST])


def _movers(failed: Sequence[Mapping[str, Any]]) -> Iterator[Grid]:
    """Whose votes made a check fail, where it counts raters; manifests before these were named have none."""
    for row in failed:
        if named := row.get("raters"):
            rows = (
                (
                    rater["rater_id"],
                    rater["dimension"],
                    rater["votes"],
                    rater["changed_at"] or "",
                    *(f"{100 * rater[when]:.1f} %" for when in ("before", "after")),
                )
                for rater in named
            )
            title = f"Counted in {row['measure']} of {row['name']}: {row['movers']:,} (see noise.movers)"
            yield Grid.of("rater dimension >votes changed >before >after", rows, title)


def _figure(value: float, unit: str) -> str:
    return f"{100 * value:.1f} %" if unit == "share" else f"{value:.2f}"
