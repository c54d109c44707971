"""The published JSON Schema of the manifest."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

__all__ = ["manifest_schema"]


def manifest_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) that every manifest of this version keeps to."""
    schema: dict[str, Any] = json.loads(
        files("prefstrata.releases").joinpath("manifest.schema.json").read_text("utf-8")
    )
    return schema
