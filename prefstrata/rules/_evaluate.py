"""Which responses break which rules: one Polars expression per rule, over all texts at once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefstrata.policy import ResponseRule

__all__ = ["broken_rules"]

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


def broken_rules(texts: pl.DataFrame, rules: Iterable[ResponseRule]) -> pl.DataFrame:
    """The rules that texts break.

    Args:
        texts: columns id, content, task, risk_level; further ones are left alone.
        rules: the rules of the policy that governs all these texts.

    Returns:
        A row per text and rule that is for it: id, rule (``name@version``), dimension, hard, broken.

    Raises:
        ConfigError: a rule has a regular expression or a JSON schema that cannot be used.
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
    parts = [~text.str.contains(rf"(?im)^\W*{_escaped(each)}\b") for each in rule.sections]
    parts += [~text.str.contains(_words(each)) for each in rule.require]
    parts += [text.str.contains(_words(each)) for each in rule.forbid]
    if rule.matches is not None:
        parts.append(~text.str.contains(_usable(rule, rule.matches)))
    if rule.never_matches is not None:
        parts.append(text.str.contains(_usable(rule, rule.never_matches)))
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
    """The phrase as whole words, in any case; a boundary only where the phrase begins or ends with a word."""
    before = r"\b" if re.match(r"\w", phrase) else ""
    after = r"\b" if re.search(r"\w$", phrase) else ""
    return f"(?i){before}{_escaped(phrase)}{after}"


def _escaped(phrase: str) -> str:
    """Taken literally, blanks as any blanks."""
    return r"\s+".join(re.sub(r"([^\w\s])", r"\\\1", part) for part in phrase.split())


def _usable(rule: ResponseRule, pattern: str) -> str:
    """The pattern, when the engine of regular expressions that runs in linear time can run it."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        raise ConfigError(
            f"the rule {rule.name} has a pattern that cannot be run: {error}",
            where="response_rules",
            todo="write it without look-around and back-references",
        ) from error
    return pattern


def _fits(rule: ResponseRule) -> pl.Expr:
    """Whether the text is JSON that fits the schema; each distinct text is looked at once."""
    try:
        from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - only a rule with a schema needs it
    except ImportError as error:
        raise ConfigError(
            "rules with a JSON schema need the jsonschema package", todo="pip install jsonschema"
        ) from error
    try:
        Draft202012Validator.check_schema(rule.json_schema or {})
    except SchemaError as error:
        raise ConfigError(
            f"the rule {rule.name} has no valid JSON schema: {error.message}", where="response_rules"
        ) from error
    validator = Draft202012Validator(rule.json_schema or {})

    def fits(text: str) -> bool:
        try:
            return bool(validator.is_valid(json.loads(text, parse_constant=_refuse)))
        except (ValueError, RecursionError):
            return False

    def each(texts: pl.Series) -> pl.Series:
        known: dict[Any, bool] = {text: fits(text) for text in texts.unique().to_list()}
        return texts.replace_strict(known, return_dtype=pl.Boolean)

    return pl.col("content").map_batches(each, return_dtype=pl.Boolean)


def _refuse(name: str) -> None:
    raise ValueError(name)
