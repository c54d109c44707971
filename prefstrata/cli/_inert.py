"""Text from data, made safe to show: a name or an answer must not move the cursor, colour the line or turn it round."""

from __future__ import annotations

import re

__all__ = ["inert"]

# C0, DEL, C1, direction marks and overrides, line and paragraph separators, tag characters, lone surrogates.
_LIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)


def inert(text: object) -> str:
    r"""The text in one line, every character that a terminal would obey written as its escape.

    Examples:
        >>> inert("safe \x1b[31mred")
        'safe \\x1b[31mred'
    """
    return _LIVE.sub(_escaped, str(text))


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")
