"""What a gate found, in a sentence; and why a release is not published, as an error that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.model import GateBlockedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from prefstrata.model import PrefstrataError
    from prefstrata.releases.gates._asking import Blame

__all__ = ["after_verdict", "blocked_error", "explained", "sentence"]

_MOST = 5
_SAYS = {
    "identical": "of {n} pairs have sides that say the same",
    "misaligned": "of {n} pairs have a chosen answer that shares no word with its prompt",
    "cycles": "of {n} pairs are part of a cycle: a beats b, b beats c, c beats a",
    "ties": "of {n} pairs to train on have no side that leads",
    "rules": "of {n} pairs have a chosen answer that breaks a rule",
    "metadata": "of {n} pairs at high risk lack their task, scenario, generator or reason",
    "personal_data": "of {n} records hold personal data, which the policy marks and does not hide",
    "ruler": "of the new votes on {n} pairs go the way a ruler foretells",
    "agreement": "of the new votes on {n} pairs contradict what everybody else says of the pair",
    "ordering": "of the new overall votes on {n} pairs follow the dimension that the policy puts lower",
    "drift": "of {n} judged prompts have this",
    "canary": "of {n} pairs that nobody trained on, a small reward model taught by this version gets wrong",
    "policy": "the policy is not the one of the parent release",
    "weight": "of the weight is not what it was in the parent release",
    "strata": "of the weight is of a stratum that the parent release does not have",
    "refit": "of the weight is on records whose winner the new estimate turns round",
}
_WHOLE = {"policy"}


def sentence(row: Mapping[str, Any]) -> str:
    """What a row of ``gates.results`` means, with its figure, its slice and the threshold."""
    scenario = "" if row["scenario"] == "*" else f" in {row['scenario']}"
    where = "" if row["slice"] == "all" else f" ({row['slice']})"
    says = _SAYS[row["gate"]].format(n=f"{row['n']:,}")
    if row["gate"] in _WHOLE:
        return f"{says}{scenario}{where}"
    said = f"{_share(row['value'])} {says}{scenario}{where}"
    if row["before"] is not None:
        said += f", {_share(row['before'])} before"
    if row["threshold"] is not None:
        said += f"; at most {_share(row['threshold'])} may"
    return said


def explained(blame: Blame | None, parent: str) -> str:
    """What follows the sentence of a canary that does worse: the likeliest change, and the way back."""
    likely = f"without what {blame.source} brought, it would be {_share(blame.wrong)}" if blame else ""
    why = likely or "no single source's new votes explain it"
    return f"; {why}; once published, `prefstrata rollback {parent}` goes back"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def blocked_error(blocking: Iterable[Mapping[str, Any]], major: Iterable[Mapping[str, Any]], kept: Path) -> Exception:
    """The error of a release that is not published.

    Args:
        blocking: results that stop it whoever approves.
        major: results that nobody has approved.
        kept: the folder of its draft.
    """
    blocking, major = list(blocking), list(major)
    todo = [f"the draft is in {kept}: open report/index.html or CARD.md there; nothing was published"]
    if blocking:
        todo.append("correct the data or, in a new version of the policy, the gate")
    elif major:
        todo.append('when it is wanted, `prefstrata run --approve "why" --by "who"` publishes it')
    return GateBlockedError(_verdict(blocking, major), where="gates", todo="; ".join(todo))


def after_verdict(
    error: PrefstrataError, blocking: Iterable[Mapping[str, Any]], major: Iterable[Mapping[str, Any]]
) -> PrefstrataError:
    """The error of a store that failed once the gates had spoken, with what they said: the next run hears the same.

    Args:
        error: what became of the store.
        blocking: results that stop the release whoever approves.
        major: results that nobody has approved.
    """
    said = _verdict(list(blocking), list(major)) or "the gates had let the release pass"
    return type(error)(f"{error.what}\nbefore that, {said}", where=error.where, todo=error.todo)


def _verdict(blocking: list[Mapping[str, Any]], major: list[Mapping[str, Any]]) -> str:
    """Why the release is not to be published; empty where nothing keeps it."""
    parts = []
    if blocking:
        parts.append(f"the release is stopped: {_listed(blocking)}")
    if major:
        parts.append(f"the change is a major one, and nobody has approved it: {_listed(major)}")
    return "; ".join(parts)


def _listed(rows: list[Mapping[str, Any]]) -> str:
    named = [
        f"{row['gate']}: {row['sentence']} (owner: {row['owner']}{_such_as(row['samples'])})" for row in rows[:_MOST]
    ]
    more = [f"and {len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return "; ".join([*named, *more])


def _such_as(samples: list[str]) -> str:
    return f"; such as {', '.join(samples[:3])}" if samples else ""
