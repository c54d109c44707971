"""Records as release files hold them, whole, for checkouts that read every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefstrata.trainers import CheckedOut, Options, checkout_layer
from tests._releases import Content, publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.stores import VersionStore

__all__ = ["hand_out", "rating", "thumb", "trace", "whole_pair"]

STRATA = (
    {"scenario": "*", "stratum": "crowd/offline", "factor": 2.0},
    {"scenario": "*", "stratum": "expert/offline", "factor": 1.0},
)


def _record(prompt: object, columns: dict[str, Any]) -> dict[str, Any]:
    asked = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
    return {
        "prompt_id": f"prompt of {asked[-1]['content']}",
        "prompt": asked,
        "scenario": "general",
        "trust": 0.5,
        "stratum": "crowd/offline",
        **columns,
    }


def whole_pair(
    pair_id: str, prompt: object = "why?", p: float = 0.8, p_tie: float = 0.1, **columns: object
) -> dict[str, Any]:
    """A record of ``release.pairs``."""
    return _record(
        prompt,
        {
            "pair_id": pair_id,
            "chosen": f"good {pair_id}",
            "rejected": f"bad {pair_id}",
            "chosen_id": f"good-{pair_id}",
            "rejected_id": f"bad-{pair_id}",
            "outcome": "decided",
            "p": p,
            "p_tie": p_tie,
            "margin": round(p - (1 - p - p_tie), 9),
            "dimensions": [{"dimension": "overall", "p": p, "p_tie": p_tie, "votes": 2}],
            **columns,
        },
    )


def thumb(response_id: str, *, label: bool | None, **columns: object) -> dict[str, Any]:
    """A record of ``release.unpaired``."""
    return _record(
        f"why {response_id}?",
        {"response_id": response_id, "response": f"answer {response_id}", "label": label, "p": 0.6, **columns},
    )


def trace(trace_id: str, *rewards: float | None, **columns: object) -> dict[str, Any]:
    """A record of ``release.traces``, a step per reward."""
    steps = [
        {"index": at, "unit": "step", "state": "", "output": f"step {at} of {trace_id}", "reward": reward, "raters": 1}
        for at, reward in enumerate(rewards)
    ]
    return _record(f"solve {trace_id}", {"trace_id": trace_id, "steps": steps, **columns})


def rating(response_id: str, dimension: str, score: float) -> dict[str, Any]:
    """A record of ``release.ratings``."""
    return _record(
        f"why {response_id}?",
        {
            "record_id": f"{response_id}.{dimension}",
            "response_id": response_id,
            "response": f"answer {response_id}",
            "dimension": dimension,
            "score": score,
        },
    )


def hand_out(
    store: VersionStore,
    records: Mapping[str, list[dict[str, Any]]],
    out: Path,
    form: str,
    layer: str = "main",
    **options: Any,  # noqa: ANN401 - those of Options
) -> CheckedOut:
    """Publish the records by path, and check them out."""
    publish(store, Content(records, STRATA))
    return checkout_layer(store, layer, "latest", out, form=form, options=Options(**options))
