"""What a release is compared by."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["MANIFEST"]

_KEYS = columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
layer | varchar | the layer it stands in
label | varchar | what it says: the chosen response of a pair, the thumb of an unpaired label; null for other kinds
settled | varchar[] | dimensions of a pair that people settled; null for other kinds
""")

MANIFEST = (
    Table(
        "manifest",
        "versions",
        "a policy that is not as it was in the release before",
        columns("""
earlier | varchar | name and version then
later | varchar | name and version now
"""),
        ("later",),
    ),
    Table(
        "manifest",
        "before",
        "a record in those of the parent's files that the new release replaces",
        _KEYS,
        ("kind", "record_id"),
    ),
    Table(
        "manifest",
        "after",
        "a record in those of the new release's files that the parent does not have",
        _KEYS,
        ("kind", "record_id"),
    ),
)
