"""Framing: find the records in a file, give each declared field its exact type, refuse what cannot be taken exactly.

Every kind of text ends in one conversion. Newline-delimited JSON that the bulk reader takes exactly is read in bulk;
all else is judged record by record, and one bad record costs one record. Keys that no field names are not read: they
must be JSON, but of what type, and how often they are given, does not matter.
"""

from prefstrata.sources.framing._fields import Fields, FieldType, ListOf, MapOf, ObjectOf, Scalar, fields
from prefstrata.sources.framing._frame import demand_unchanged, fetch_records, frame, frames
from prefstrata.sources.framing._reasons import Reason
from prefstrata.sources.framing._records import LINE_BITS
from prefstrata.sources.framing._rejects import readable
from prefstrata.sources.framing._spec import Framed, Framing, Kind, Limits
from prefstrata.sources.framing._stored import Seen
from prefstrata.sources.framing._target import drop
from prefstrata.sources.framing._together import Together, frame_together, is_joinable

__all__ = [
    "LINE_BITS",
    "FieldType",
    "Fields",
    "Framed",
    "Framing",
    "Kind",
    "Limits",
    "ListOf",
    "MapOf",
    "ObjectOf",
    "Reason",
    "Scalar",
    "Seen",
    "Together",
    "demand_unchanged",
    "drop",
    "fetch_records",
    "fields",
    "frame",
    "frame_together",
    "frames",
    "is_joinable",
    "readable",
]
