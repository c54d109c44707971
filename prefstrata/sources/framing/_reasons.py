"""Why a record is refused: one fixed word each, with the sentence the documentation prints."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Self

__all__ = ["Reason", "Refusal"]


class Reason(Enum):
    """Why a record is refused: ``value`` is the word in ``ledger.quarantine.reason``, ``sentence`` its meaning."""

    TOO_LONG = (
        "too_long",
        "The record is longer than the limit (16 MiB unless set); it is not looked at.",
    )
    TOO_DEEP = "too_deep", "Lists and objects are nested deeper than the limit (100 unless set)."
    NOT_UTF8 = "not_utf8", "The bytes are not valid UTF-8."
    NUL = "nul", "There is a NUL character, as a byte or as an escape, which no text has a use for."
    LONE_SURROGATE = "lone_surrogate", "An escape such as \\ud800 is half a character; its other half is missing."
    NOT_FINITE = "not_finite", "A number is NaN, infinite, or too large for a 64-bit float, such as 1e400."
    NOT_JSON = "not_json", "The record is not one JSON value as RFC 8259 defines it."
    TRUNCATED = "truncated", "The file ends in the middle of the record."
    NOT_AN_OBJECT = "not_an_object", "The record is JSON but not an object, so it has no fields."
    DUPLICATE_KEY = "duplicate_key", "A field that is read is given more than once, so it has no one value."
    WRONG_TYPE = "wrong_type", "A field holds another type than the configuration declares."
    NOT_CSV = "not_csv", "A quote is not closed, or something follows a closing quote."
    WRONG_CELLS = "wrong_cells", "The row has more or fewer cells than the header."

    def __new__(cls, word: str, sentence: str) -> Self:
        member = object.__new__(cls)
        member._value_ = word
        member.sentence = sentence
        return member

    sentence: str


class Refusal(NamedTuple):
    """Why one record is refused, and a sentence that names the key, what was found and what was expected."""

    reason: Reason
    detail: str
