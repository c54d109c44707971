"""Suites: what we expect of the ledger, as data. One file per table; one expectation is one check.

They watch and alert, they do not block: what blocks stands in ``sql/checks``, where the command finds it too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["SUITES", "Expectation", "Suite"]

_FOLDER = Path(__file__).parent / "suites"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Strict):
    """One expectation.

    Attributes:
        name: name of its check.
        type: Great Expectations' name of it.
        kwargs: its parameters.
        severity: critical, or warning for what is only worth a look.
        meaning: what it means when it fails.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    type: str = Field(pattern=r"^(expect|unexpected)_[a-z_]+$")
    kwargs: dict[str, Any]
    severity: Literal["critical", "warning"]
    meaning: str


class Suite(_Strict):
    """The expectations of one table."""

    table: str
    expectations: tuple[Expectation, ...] = Field(min_length=1)


def read_suite(path: Path) -> Suite:
    """The suite in a file."""
    return Suite.model_validate(yaml.safe_load(path.read_text("utf-8")))


SUITES = tuple(read_suite(path) for path in sorted(_FOLDER.glob("*.yaml")))
