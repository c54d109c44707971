"""Texts of others in a request to a judge: quoted so that they cannot end their quotation, cleaned, and looked at.

A candidate is written by whoever wants it to win. So it stands between lines that hold a mark which nobody can
foresee: it is a hash of the texts themselves, so a text that held its own mark would have to hold its own hash. The
judge's copy has no invisible characters. And what speaks to the judge is flagged: quoting keeps a text apart, it does
not keep a model from obeying it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["FLAGS", "cleaned", "flags", "mark_for", "quoted"]

_KEPT = {"\n", "\t"}
_INVISIBLE_RANGES = (
    (0xFE00, 0xFE0E),
    (0xE0100, 0xE01EF),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0x115F, 0x1160),
    (0xFFA0, 0xFFA0),
)
_JOINERS = {0x200C, 0x200D}
"""Joiners shape Persian, Hindi and emoji: they go from the copy, and are no sign of an attack by themselves."""

FLAGS = {
    "speaks_to_judge": re.compile(
        r"\b(?:dear|attention|hey|note (?:to|for)|hello|message to)\W{1,3}(?:the\s+)?(?:\w+\s+)?"
        r"(?:judge|grader|evaluator|rater|annotator|assessor|scorer|examiner|reviewer|ai|llm)s?\b"
        r"|\b(?:as|you are|you're|act as)\s+(?:an?|the|now)?\s*(?:\w+\s+)?(?:judge|grader|evaluator|rater"
        r"|assessor|examiner)\b"
        r"|\b(?:the|this)\s+(?:judge|grader|evaluator|rater|assessor|examiner)\s+(?:must|should|will|is|has)\b",
        re.IGNORECASE,
    ),
    "gives_orders": re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}"
        r"\b(?:instruction|prompt|rule|rubric|above|previous|prior|earlier|guideline|criteria|definition|everything)s?\b"
        r"|\b(?:new|updated|real|actual|hidden|secret)\s+(?:instruction|rule|task|system prompt|directive)s?\b"
        r"|\bsystem\s*(?:prompt|message|override|notice)\b|\bend of (?:response|candidate|quotation|quote"
        r"|data|input)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    "claims_verdict": re.compile(
        r"[\"'`]?\b(?:verdict|winner|preferred|preference|rating|score|judgement"
        r"|judgment)\b[\"'`]?\s*(?:[:=]|is\b|->|must be)"
        r"|\b(?:choose|pick|select|prefer|vote for|favou?r|output|answer|return|say|respond with"
        r"|reply with)\s+(?:with\s+)?"
        r"(?:only\s+)?[\"'`(\[]*(?:response|candidate|option|answer|assistant|output|text)?\s*[\"'`(\[]*[AB][\"'`)\]]*(?![\w'])"
        r"|\b(?:response|candidate|option|answer|assistant)\s*[\"'`(\[]*[AB][\"'`)\]]*\s+(?:is|wins|should|must|deserves)\b"
        r"|\[\[\s*[ABC]\s*\]\]|\b(?:10|5)\s*/\s*(?:10|5)\b|\b(?:this|my|following)\s+(?:response|answer|one)\s+"
        r"(?:is\s+(?:the\s+)?(?:best|better|correct|superior)|(?:should|must)\s+win|wins|deserves)\b",
        re.IGNORECASE,
    ),
    "breaks_quotation": re.compile(
        r"^\s*(?:<<<|>>>)|<\|[\w ]+\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|response|candidate"
        r"|prompt|data|quote)\b[^>]*>"
        r"|^\s*#{0,4}\s*(?:system|assistant|user|human|developer)\s*:|^\s*(?:-{3,}|={3,}|#{3,})\s*(?:end|begin|start)\b"
        r"|\bmark\s+[0-9a-f]{8,}",
        re.IGNORECASE | re.MULTILINE,
    ),
}
"""What text that speaks to a judge looks like, by the name of the flag. Wide on purpose: a flag costs one verdict."""


def cleaned(text: str) -> str:
    """The copy that the judge sees: without controls, invisible characters and those that change the direction."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return plain if plain.isascii() and plain.isprintable() else "".join(filter(_is_visible, plain))


def _is_visible(character: str) -> bool:
    if character in _KEPT:
        return True
    code = ord(character)
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return False
    return not any(low <= code <= high for low, high in _INVISIBLE_RANGES)


def _hides(text: str) -> bool:
    """Whether the text holds characters that nobody sees and that no language needs."""
    if text.isascii():
        return any(character < " " and character not in "\n\t\r" for character in text)
    return any(
        not _is_visible(each) and ord(each) not in _JOINERS and each not in "\r\ufeff\u00ad\ufe0e" for each in text
    ) or bool(re.search("[\u200b-\u200d\u2060]{2}", text))


def flags(text: str) -> tuple[str, ...]:
    """What is suspicious about a text, sorted: names of :data:`FLAGS`, ``invisible``, or ``disguised``.

    ``disguised``: letters of other shapes (full-width, mathematical, with dots between) spell what plain ones would
    be flagged for.
    """
    seen = cleaned(text)
    found = {name for name, pattern in FLAGS.items() if pattern.search(seen)}
    if _hides(text):
        found.add("invisible")
    folded = unicodedata.normalize("NFKC", seen)
    if folded != seen and any(pattern.search(folded) for name, pattern in FLAGS.items() if name not in found):
        found.add("disguised")
    return tuple(sorted(found))


def mark_for(seed: int, *texts: str) -> str:
    """A mark that stands in none of the texts and that no writer of one of them can foresee."""
    digest = hashlib.sha256("\x1f".join((str(seed), *texts)).encode("utf-8", "surrogatepass"))
    while True:
        mark = digest.hexdigest()[:20]
        if not any(mark in text for text in texts):
            return mark
        digest.update(b"again")


def quoted(name: str, text: str, mark: str) -> str:
    """A text between two lines that hold its name and the mark; the text is cleaned."""
    return f"<<<{name} {mark}\n{cleaned(text)}\n>>>{name} {mark}"
