"""Records as release files hold them, whole, for checkouts that read every column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prefstrata.trainers import CheckedOut, Options, checkout_layer
from tests._releases import Content, publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prefstrata.stores import VersionStore

__all__ = ["OTHER", "PAIRS", "STRATA", "TALK", "hand_out", "rating", "release", "rows", "thumb", "trace", "whole_pair"]

PAIRS, OTHER = "main/pairs/bucket=00.parquet", "main/pairs/bucket=01.parquet"
TALK = [
    {"role": "system", "content": "be kind"},
    {"role": "user", "content": "why?"},
    {"role": "assistant", "content": "why not?"},
    {"role": "user", "content": "so?"},
]
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


def release() -> dict[str, list[dict[str, Any]]]:
    """A layer with something for everybody."""
    return {
        PAIRS: [whole_pair("a"), whole_pair("b", TALK)],
        "main/unpaired/bucket=00.parquet": [thumb("t", label=True), thumb("u", label=False)],
        "main/traces/bucket=00.parquet": [trace("x", 1, 0)],
        "main/ratings/bucket=00.parquet": [rating("r", "a", 0.25), rating("r", "b", 0.75)],
    }


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


def rows(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    """The rows of a split."""
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]
