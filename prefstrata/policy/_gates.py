"""What a policy says of the gates before a release: how bad a figure may be, who answers for it, what happens then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from pydantic import Field, model_validator

from prefstrata.project import Strict

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GATE_NAMES", "GATE_SCHEMA", "Gate", "Gates", "gate_meaning", "gate_rows"]

Severity = Literal["block", "approve", "warn"]
_Share = Annotated[float, Field(ge=0, le=1)]


class Gate(Strict):
    """A gate: its threshold, its owner, and what a figure beyond the threshold does."""

    limit: _Share | None = Field(None, description="What the figure may be at most; absent when only the rise counts.")
    rise: _Share | None = Field(None, description="How much more than before it may be; absent likewise.")
    min_n: int = Field(50, ge=1, description="Things that a slice must hold to be looked at.")
    severity: Severity = Field("block", description="block, approve (somebody must say yes) or warn.")
    owner: str = Field("data owner", min_length=1, description="Who answers for it.")


_ANNOTATION, _POLICY = "annotation lead", "policy owner"


class Gates(Strict):
    """The gates of the policy's scenarios. What is not said of a gate is as it ships."""

    from_records: int = Field(
        1000, ge=0, description="Records to train on that the parent release must hold to be compared with."
    )
    sample: int = Field(20_000, ge=100, description="Pairs whose texts are looked at.")
    canary_pairs: int = Field(6000, ge=0, description="Pairs that a canary learns from; 0 for no canary.")
    identical: Gate = Field(Gate(limit=0.1, rise=0.02), description="Pairs whose sides say the same, or nearly.")
    misaligned: Gate = Field(
        # No limit: a good summary of a text outside the prompt shares no word with it, and whole sources are that.
        Gate(rise=0.05, severity="approve"),
        description="Pairs whose chosen answer shares no word with the last turn.",
    )
    cycles: Gate = Field(
        Gate(limit=0.25, rise=0.05, severity="warn"), description="Pairs in a cycle: a beats b, b beats c, c beats a."
    )
    ties: Gate = Field(Gate(limit=0.5, rise=0.1, severity="warn"), description="Pairs to train on that no side leads.")
    rules: Gate = Field(Gate(limit=0.75, rise=0.05), description="Pairs whose chosen answer breaks a rule.")
    metadata: Gate = Field(
        # No limit: whole sources name no generator. Rows without a demanded reason are in quarantine already.
        Gate(rise=0.05),
        description="Pairs at high risk without task, scenario, generator or reason.",
    )
    personal_data: Gate = Field(
        Gate(limit=0.05, rise=0.02, severity="warn"),
        description="Records of any kind whose texts hold personal data that the policy has marked and not hidden.",
    )
    ruler: Gate = Field(
        Gate(rise=0.05, owner=_ANNOTATION),
        description="New votes that length, place or markdown foretells, per stratum and dimension.",
    )
    agreement: Gate = Field(
        Gate(limit=0.45, rise=0.1, min_n=30, owner=_ANNOTATION),
        description="New votes against what the others say of the pair, per stratum and rater.",
    )
    ordering: Gate = Field(
        Gate(limit=0.6, rise=0.1, min_n=30, owner=_POLICY),
        description="New overall votes for the side of the dimension that the policy puts lower, where two disagree.",
    )
    drift: Gate = Field(
        Gate(rise=0.05, min_n=30, severity="approve"),
        description="Prompts with a generator, task or language, beyond its share before.",
    )
    canary: Gate = Field(
        Gate(rise=0.02, severity="approve"),
        description="Pairs nobody trained on that a small reward model, taught by the version, gets wrong.",
    )
    policy: Gate = Field(
        Gate(limit=0, min_n=1, severity="approve", owner=_POLICY),
        description="Policies that are not those of the parent release.",
    )
    weight: Gate = Field(
        Gate(limit=0.2, min_n=1, severity="approve"),
        description="Weight of records that are new, gone, moved or relabelled.",
    )
    strata: Gate = Field(
        Gate(limit=0, min_n=1, severity="approve"), description="Weight of a stratum that the parent does not have."
    )
    refit: Gate = Field(
        Gate(limit=0.05, min_n=1, severity="approve", owner=_ANNOTATION),
        description="Weight of records whose winner the new estimate turns round.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: object) -> object:
        """What the policy says of a gate, over what ships of that gate."""
        if not isinstance(given, dict):
            return given
        shipped = {name: info.default.model_dump() for name, info in cls.model_fields.items() if name in GATE_NAMES}
        return {
            name: {**shipped[name], **said} if name in shipped and isinstance(said, dict) else said
            for name, said in given.items()
        }


GATE_NAMES = tuple(name for name, info in Gates.model_fields.items() if info.annotation is Gate)
"""Every gate, in the order in which they are told."""

GATE_SCHEMA: dict[str, Any] = {
    "scenario": pl.String,
    "gate": pl.String,
    "ceiling": pl.Float64,
    "rise": pl.Float64,
    "min_n": pl.Int64,
    "severity": pl.String,
    "owner": pl.String,
}
"""Columns of ``policy.gates``."""


def gate_meaning(name: str) -> str:
    """What the figure of a gate counts, as a sentence; KeyError when there is no such gate."""
    return str(Gates.model_fields[name].description)


def gate_rows(governed: Iterable[tuple[str, Gates]]) -> list[tuple[Any, ...]]:
    """Rows of ``policy.gates``, for scenarios and the gates of their policies."""
    return [
        (scenario, name, gate.limit, gate.rise, gate.min_n, gate.severity, gate.owner)
        for scenario, gates in governed
        for name in GATE_NAMES
        for gate in [getattr(gates, name)]
    ]
