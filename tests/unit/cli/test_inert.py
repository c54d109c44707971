"""Text from data cannot act on the terminal that shows it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from prefstrata.cli._inert import inert

ANY = st.text(alphabet=st.characters(codec=None, categories=None))
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(ANY)
def test_no_control_or_direction_character_survives(text: str) -> None:
    """Whatever the data holds, what is shown is one line of characters a terminal only draws."""
    shown = inert(text)
    assert not {each for each in shown if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}}
    assert not BIDI & set(shown)
    shown.encode()


@given(ANY)
def test_showing_twice_shows_the_same(text: str) -> None:
    """An escape is plain text itself."""
    assert inert(inert(text)) == inert(text)


def test_what_is_harmless_stays() -> None:
    """Every language, emoji and joiners are data, not attacks."""
    text = "größer 你好 مرحبا 👩\u200d💻 [red]not markup[/red]"
    assert inert(text) == text


def test_escapes_say_what_was_there() -> None:
    """A reader sees which character was escaped."""
    assert inert("a\x1b]0;t\x07\n\u202e\ud800") == r"a\x1b]0;t\x07\n\u202e\ud800"
