"""The page of the manifest, from its JSON Schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prefstrata.releases.schema import manifest_schema
from tools.reference._markdown import code, grid, page

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """
`manifest.json` is the description of a release: every file with its hash, every count, what the version teaches,
and what it changes against the release before. It is canonical JSON (RFC 8785), so equal manifests are equal
bytes. `prefstrata show REF --json` prints it.

The schema below is published with the package: `prefstrata.releases.schema.manifest_schema()`. A key it does not
name may be there; a new number in `format` says that a key that was there means something else, or is gone. How to
read the figures of `teaching` and `findings` says [what a version teaches](../why/value-ordering.md).
"""
_CHANGES = """
`changes/records.parquet` lists every record that is new, gone, or not as it was against the parent, one row each,
with the columns of [`manifest.changed`](tables.md#manifestchanged); the first release has none. `prefstrata diff A
B --rows jsonl` gives the same list for any two releases. Of several changes of a record the gravest names the row:
added, withdrawn, removed, relabelled (another winner, or another thumb), promoted, demoted, reweighted (its trust
moved to another tenth). Since every row has its state before and after, the lists of several steps add up to the
list of the whole way.
"""


def manifest_page() -> str:
    """Every key: its type, whether it must be there, what it means; and the schema itself."""
    schema = manifest_schema()
    shown = json.dumps(schema, indent=1, ensure_ascii=False)
    return page(
        "The manifest",
        _HEAD,
        grid(("key", "type", "meaning"), _rows(schema)),
        "## The list of changes",
        _CHANGES,
        "## The schema",
        f"```json\n{shown}\n```",
    )


def _rows(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key, value in schema["properties"].items():
        yield code(key), _type(value), value.get("description", "")


def _type(value: dict[str, Any]) -> str:
    if "const" in value:
        return code(json.dumps(value["const"]))
    if "anyOf" in value:
        return " or ".join(_type(each) for each in value["anyOf"])
    if value.get("type") == "array":
        return f"list of {_type(value['items'])}"
    return str(value.get("type", "object"))
