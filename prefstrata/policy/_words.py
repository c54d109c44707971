"""The words that several sections of a policy share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

__all__ = [
    "LAYERS",
    "RISK_LEVELS",
    "TRAINING_LAYERS",
    "Kind",
    "Layer",
    "RecordKind",
    "RiskLevel",
    "Share",
    "Stratum",
    "TrainingLayer",
]

Layer = Literal["golden", "expert", "main", "weak", "backflow"]
TrainingLayer = Literal["golden", "expert", "main", "weak"]
Kind = Literal["experience", "professional", "compliance", "brand", "business"]
RecordKind = Literal["pairs", "ratings", "traces", "unpaired"]
RiskLevel = Literal["low", "medium", "high"]
Stratum = Annotated[str, StringConstraints(pattern=r"^(expert|crowd|user|judge|rule)/(offline|online|synthetic)$")]
Share = Annotated[float, Field(ge=0, le=1)]

LAYERS: tuple[Layer, ...] = ("golden", "expert", "main", "weak", "backflow")
RISK_LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high")
TRAINING_LAYERS: tuple[TrainingLayer, ...] = ("golden", "expert", "main", "weak")
