"""Which responses break which rules: one Polars expression per rule, over all texts at once."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from prefstrata.model import ConfigError
from prefstrata.policy import fitting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.policy import ResponseRule

__all__ = ["broken_rules", "try_rules"]

_SCRIPTS = {
    "latin": r"\p{Latin}",
    "cyrillic": r"\p{Cyrillic}",
    "greek": r"\p{Greek}",
    "arabic": r"\p{Arabic}",
    "hebrew": r"\p{Hebrew}",
    "han": r"\p{Han}",
    "kana": r"[\p{Hiragana}\p{Katakana}\p{Han}]",
    "hangul": r"\p{Hangul}",
    "devanagari": r"\p{Devanagari}",
    "thai": r"\p{Thai}",
}
_CITATION = r"\[\d{1,3}\]|\([\p{L}][\p{L}\-\. &]{1,60},? (?:19|20)\d{2}[a-z]?\)|https?://[^\s)]+"
_APOSTROPHE = "['\u2019]"
_REFUSAL = (
    rf"(?i)^\W*(?:i{_APOSTROPHE}?m sorry,? (?:but )?|sorry,? (?:but )?|unfortunately,? )?"
    rf"(?:i(?:{_APOSTROPHE}| a)?m (?:not able|unable) to|i can(?:no|{_APOSTROPHE})t|i can not|i won{_APOSTROPHE}t"
    rf"|i am not able to|as an ai\b[^.]{{0,80}}\b(?:cannot|can{_APOSTROPHE}t|unable))"
)
_HALF = 0.5
_META = re.compile(r"[\\.+*?()|\[\]{}^$#&~-]")
"""What the engine of regular expressions that Polars runs does not take literally. Before any other mark a backslash is
an error there, or means something of its own, as where a word begins."""
_BLANKS = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""White_Space of Unicode, as there."""
_LETTER = r"[\w--[\p{Han}\p{Hiragana}\p{Katakana}\x{30FC}\x{FF70}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
"""What a word goes on with. Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without blanks: nothing
shows where a word of theirs ends."""


def broken_rules(texts: pl.DataFrame, rules: Iterable[ResponseRule]) -> pl.DataFrame:
    """The rules that texts break.

    Args:
        texts: columns id, content, task, risk_level; further ones are left alone.
        rules: the rules of the policy that governs all these texts.

    Returns:
        A row per text and rule that is for it: id, rule (``name@version``), dimension, hard, broken.

    Raises:
        ConfigError: a rule has a JSON schema, and the package that reads it is not installed.
    """
    made = [
        _applied(texts, rule).select(
            "id",
            pl.lit(rule.ref).alias("rule"),
            pl.lit(rule.dimension).alias("dimension"),
            pl.lit(rule.hard).alias("hard"),
            _breaks(rule).alias("broken"),
        )
        for rule in rules
    ]
    schema = {"id": pl.String, "rule": pl.String, "dimension": pl.String, "hard": pl.Boolean, "broken": pl.Boolean}
    if not made:
        return pl.DataFrame(schema=schema)
    return pl.concat(made).sort("id", "rule")


def try_rules(rules: Iterable[ResponseRule]) -> None:
    """Run each rule once, over an empty text.

    Raises:
        ConfigError: as :func:`broken_rules`.
    """
    text = pl.DataFrame({"id": [""], "content": [""], "task": [""], "risk_level": ["low"]})
    broken_rules(text, (rule.model_copy(update={"tasks": None, "risk_levels": None}) for rule in rules))


def _applied(texts: pl.DataFrame, rule: ResponseRule) -> pl.DataFrame:
    wanted = pl.lit(value=True)
    if rule.tasks is not None:
        wanted &= pl.col("task").is_in(rule.tasks)
    if rule.risk_levels is not None:
        wanted &= pl.col("risk_level").is_in(rule.risk_levels)
    return texts.filter(wanted)


def _breaks(rule: ResponseRule) -> pl.Expr:
    """Whether any part of the rule does not hold."""
    text = pl.col("content")
    parts = [~text.str.contains(_section(each)) for each in rule.sections]
    parts += [~text.str.contains(_words(each)) for each in rule.require]
    parts += [text.str.contains(_words(each)) for each in rule.forbid]
    if rule.matches is not None:
        parts.append(~text.str.contains(rule.matches))
    if rule.never_matches is not None:
        parts.append(text.str.contains(rule.never_matches))
    if rule.min_characters is not None:
        parts.append(text.str.len_chars() < rule.min_characters)
    if rule.max_characters is not None:
        parts.append(text.str.len_chars() > rule.max_characters)
    if rule.script is not None:
        letters = text.str.count_matches(r"\p{L}")
        parts.append(text.str.count_matches(_SCRIPTS[rule.script]) < letters * _HALF)
    if rule.citations is not None:
        parts.append(text.str.count_matches(_CITATION) < rule.citations)
    if rule.refusal is not None:
        refuses = text.str.contains(_REFUSAL)
        parts.append(refuses if rule.refusal == "never" else ~refuses)
    if rule.json_schema is not None:
        parts.append(~_fits(rule))
    return pl.any_horizontal(parts)


def _words(phrase: str) -> str:
    """The phrase as whole words, in any case."""
    before = rf"(?:\A|[^{_LETTER}])" if _is(phrase, f"^{_LETTER}") else ""
    return f"{before}{_ended(phrase)}"


def _section(phrase: str) -> str:
    """The phrase as a heading: at the beginning of a line, whatever marks stand before it."""
    return rf"(?m:^)\W*{_ended(phrase)}"


def _ended(phrase: str) -> str:
    """The phrase taken literally, in any case, blanks as any blanks; no word goes on where it ends."""
    words = _BLANKS.split(unicodedata.normalize("NFC", phrase))
    literally = r"\s+".join(_META.sub(r"\\\g<0>", word) for word in words)
    after = rf"(?:[^{_LETTER}]|\z)" if _is(phrase, f"{_LETTER}$") else ""
    return f"(?i:{literally}){after}"


def _is(phrase: str, pattern: str) -> bool:
    """Asked of the engine itself: what it takes for a letter differs from what Python does."""
    return bool(pl.Series([phrase]).str.contains(pattern).item())


def _fits(rule: ResponseRule) -> pl.Expr:
    """Whether the text is JSON that fits the schema; each distinct text is looked at once."""
    try:
        fits = fitting(rule.json_schema or {})
    except ImportError as error:
        raise ConfigError(
            f"the rule {rule.name} has a JSON schema, which the jsonschema package reads",
            where="response_rules",
            todo="pip install jsonschema",
        ) from error

    def each(texts: pl.Series) -> pl.Series:
        known = {text: fits(text) for text in texts.unique()}
        return pl.Series(texts.name, [known[text] for text in texts], dtype=pl.Boolean)

    return pl.col("content").map_batches(each, return_dtype=pl.Boolean)
