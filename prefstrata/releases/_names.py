"""Names from data, as people can read them and as nothing else can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["code_span", "compared_with", "quoted", "readable", "visible"]

_LONGEST_NAME = 120
_LONGEST_QUOTED = 60
_NO_BACKTICK = "\N{MODIFIER LETTER GRAVE ACCENT}"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@+-]*")
_BREAKS = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
# Controls, direction marks and overrides, zero-width and interlinear characters, tag characters, lone surrogates.
_LIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]+"
)


def visible(value: object) -> object:
    """Text without what a reader cannot see: every such run of characters becomes one sign that something was there."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _LIVE.sub("\ufffd", _BREAKS.sub(" ", value))


def readable(text: str | None, longest: int = _LONGEST_NAME) -> str:
    """A name from data, as people can read it."""
    seen = str(visible(text or "")).strip()
    return (seen if len(seen) <= longest else f"{seen[:longest]}…") or "(empty)"


def quoted(text: str | None) -> str:
    """A name in a sentence: as it is when it is one plain word, else in quotes, which it cannot leave."""
    seen = readable(text, _LONGEST_QUOTED)
    return seen if _PLAIN.fullmatch(seen) else f"“{seen.replace('“', chr(39)).replace('”', chr(39))}”"


def code_span(text: str | None) -> str:
    """The name as a code span of Markdown: in one, no markup, no entity and no bare address means anything.

    A code span ends at its backtick and a table's cell at its bar, whatever stands before them, so both are replaced.
    """
    return f"`{readable(text).replace('`', _NO_BACKTICK).replace('|', '¦')}`"


def compared_with(manifest: Mapping[str, Any]) -> str:
    """What a release's figures are held against: the one before, an older one where that was purged, or none."""
    instead = manifest.get("compared_with", {"tag": "the release before"})
    return str(instead["tag"]) if instead else "no release"
