"""Rules on responses: what a program can decide about a text, declared in the policy."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from prefstrata.policy._schemas import fitting
from prefstrata.policy._words import RiskLevel  # noqa: TC001 - pydantic reads it
from prefstrata.project import Strict

__all__ = ["ResponseRule"]


def _runs(pattern: str) -> str:
    """The pattern, when the engine that runs it, in linear time, can."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        raise ValueError(
            f"this is no regular expression that can be run: {error}; write it without look-around and back-references"
        ) from error
    return pattern


def _decides(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, when it can be used; where it cannot be tried, whoever uses it says what is missing."""
    try:
        fitting(schema)
    except ImportError:
        return schema
    return schema


Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Pattern = Annotated[str, AfterValidator(_runs)]
JsonSchema = Annotated[dict[str, Any], AfterValidator(_decides)]
Script = Literal["latin", "cyrillic", "greek", "arabic", "hebrew", "han", "kana", "hangul", "devanagari", "thai"]


class ResponseRule(Strict):
    """What a response must or must not be; all that is said must hold, or the response breaks the rule."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Name of the rule.")
    version: int = Field(1, ge=1, description="Version; another one is another rater.")
    dimension: str = Field("compliance", description="The dimension it speaks of.")
    hard: bool = Field(default=False, description="Whether a response that breaks it never reaches paid comparison.")
    tasks: tuple[str, ...] | None = Field(None, description="Tasks it is for; all when absent.")
    risk_levels: tuple[RiskLevel, ...] | None = Field(None, description="Risk levels it is for; all when absent.")
    sections: tuple[Phrase, ...] = Field(
        (), description="Headings that must stand at the beginning of a line, literally."
    )
    require: tuple[Phrase, ...] = Field(
        (), description="Words or phrases that must be in it, literally, as whole words."
    )
    forbid: tuple[Phrase, ...] = Field(
        (), description="Words or phrases that must not be in it, literally, as whole words."
    )
    matches: Pattern | None = Field(None, description="Regular expression that must be found; no look-around.")
    never_matches: Pattern | None = Field(
        None, description="Regular expression that must not be found; no look-around."
    )
    min_characters: int | None = Field(None, ge=0, description="Least characters.")
    max_characters: int | None = Field(None, ge=1, description="Most characters.")
    script: Script | None = Field(None, description="Script that most of its letters must be of.")
    citations: int | None = Field(None, ge=1, description="Least citations: [1], (Name, 2020), or a link.")
    refusal: Literal["never", "always"] | None = Field(None, description="Whether it must never or always refuse.")
    json_schema: JsonSchema | None = Field(
        None, description="JSON schema that it must fit, as a whole: the parameters of a tool call. Nothing is fetched."
    )

    @model_validator(mode="after")
    def _says_something(self) -> ResponseRule:
        said = self.model_dump(exclude_defaults=True).keys()
        if not said - {"name", "version", "dimension", "hard", "tasks", "risk_levels"}:
            raise ValueError("it says nothing about a response")
        return self

    @property
    def rubric(self) -> str:
        """``name@hash``: changes when, and only when, what the rule says of a response changes."""
        said = json.dumps(self.model_dump(mode="json", exclude={"hard"}, exclude_defaults=True), sort_keys=True)
        return f"{self.name}@{hashlib.sha256(said.encode()).hexdigest()[:10]}"

    @property
    def ref(self) -> str:
        """``name@version``, the name of the rater."""
        return f"{self.name}@{self.version}"
