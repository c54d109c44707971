"""What is taken for personal data: shapes that run in linear time, each held against the rules of its kind.

A shape says where something may be; whether it is one is for those who know: ``phonenumbers`` (the numbering plans of
all countries) and ``python-stdnum`` (check digits of bank accounts, cards and national ids). Every shape has a fixed
length or stands beside a fixed sign, so a text of any content is gone through once. Digits are those of ASCII.
"""

from __future__ import annotations

import ipaddress
import re
from itertools import takewhile
from typing import TYPE_CHECKING

from prefstrata.privacy._checkers import checkers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FINDERS", "Place"]

Place = tuple[int, int]
"""Where something stands: its first character, and the one after its last."""

_FLAGS = re.ASCII
_LOCAL = frozenset("_.!#$%&'*+-/=?^`{|}~")
_LONGEST_LOCAL = 64
_TOP = r"(?:xn--[a-z0-9-]{2,59}|[A-Za-z]{2,24})(?![A-Za-z0-9])|[^\W\d_A-Za-z]{2,24}"
"""A top level is of one script: letters of another begin a word, where no blank stands between words."""
_DOMAIN = re.compile(rf"(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?\.){{1,8}}(?:{_TOP})")
_WITHOUT_BLANKS = "\u0e00"
"""From here on letters are of scripts that set no blanks between words, but for a few."""
_OPENING = ".!#$%&'*+-/=?^`{|}~"
"""No address that anybody has begins with one of these: the text before it ends with it."""

_IPV4 = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])", _FLAGS)
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2,34}(?![\w:])", _FLAGS)

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?", _FLAGS)
_CARD = re.compile(
    r"(?<![\w.,+-])(?:[2-6][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|3[47][0-9]{2}([ -]?)[0-9]{6}\2[0-9]{5})"
    r"(?![\w-]|[.,][0-9])",
    _FLAGS,
)

_PHONE = re.compile(
    r"(?:(?<![\w+])\(?\+|(?:(?<=[A-Za-z][:=])|(?<![\w.,:/=$#-]))\(?)"
    r"[0-9](?:[ \u00a0().\-/]{0,3}[0-9]){6,16}(?![\w]|[.,:/=-][0-9])",
    _FLAGS,
)
_GROUPED = re.compile(r"(?:[01][ .-]?)?\(?[0-9]{2,5}\)?(?:[ \u00a0.\-/]{1,2}[0-9]{2,8}){1,5}", _FLAGS)
_LISTED = re.compile(r"\.[ \u00a0]", _FLAGS)

_NATIONAL = {
    "us.ssn": r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "gb.nino": r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
    "it.codicefiscale": r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]",
    "es.dni": r"[0-9]{8}-?[A-Z]",
    "es.nie": r"[XYZ]-?[0-9]{7}-?[A-Z]",
    "fr.nir": r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
    "br.cpf": r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    "cn.ric": r"[0-9]{17}[0-9X]",
    "in_.aadhaar": r"[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}",
    "kr.rrn": r"[0-9]{6}-[0-9]{7}",
    "fi.hetu": r"[0-9]{6}[-+A][0-9]{3}[0-9A-Y]",
    "se.personnummer": r"(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}",
    "mx.curp": r"[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]",
}
"""Ids with a form of their own, by the module of python-stdnum that knows their rules; plain digits say too little.
Of the British one, which has no check digit, the form is all."""
_NATIONAL_SHAPES = {name: re.compile(shape, _FLAGS) for name, shape in _NATIONAL.items()}
_ANY_NATIONAL = re.compile(rf"(?<![\w.-])(?:{'|'.join(_NATIONAL.values())})(?![\w-]|\.[0-9])", _FLAGS)


def _emails(text: str, _: tuple[str, ...]) -> Iterator[Place]:
    at = text.find("@")
    behind = 0
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        local = _local(text[max(behind, at - _LONGEST_LOCAL) : at]) if domain else ""
        if domain and local and local[-1] != ".":
            behind = domain.end()
            yield at - len(local), behind
        at = text.find("@", max(at + 1, behind))


def _local(before: str) -> str:
    """What of the text before an @ is the name in front of it: what stands next to it, and is of one script."""
    said = "".join(takewhile(lambda each: each.isalnum() or each in _LOCAL, reversed(before)))
    plain = "".join(takewhile(lambda each: each < _WITHOUT_BLANKS, said))
    return (plain or said)[::-1].rpartition("..")[2].lstrip(_OPENING)


def _addresses(text: str, _: tuple[str, ...]) -> Iterator[Place]:
    """Addresses that the whole net can reach: those of a house or of documentation are nobody's."""
    for shape in (_IPV4, _IPV6):
        for found in shape.finditer(text):
            try:
                address = ipaddress.ip_address(found[0].rstrip(":"))
            except ValueError:
                continue
            if address.is_global:
                yield found.start(), found.start() + len(found[0].rstrip(":"))


def _ibans(text: str, _: tuple[str, ...]) -> Iterator[Place]:
    """The shape may have taken the word that follows: fewer of its groups are looked at, too."""
    is_valid = checkers().checks["iban"]
    for found in _IBAN.finditer(text):
        said = found[0]
        for end in (len(said), *(each for each in range(len(said) - 1, 14, -1) if not said[each].isalnum())):
            if (end < len(said) or not text[found.end() : found.end() + 1].isalnum()) and is_valid(said[:end]):
                yield found.start(), found.start() + end
                break


def _cards(text: str, _: tuple[str, ...]) -> Iterator[Place]:
    is_valid = checkers().checks["luhn"]
    for found in _CARD.finditer(text):
        if is_valid(found[0].replace(" ", "").replace("-", "")):
            yield found.span()


def _national(text: str, _: tuple[str, ...]) -> Iterator[Place]:
    checks = checkers().checks
    for found in _ANY_NATIONAL.finditer(text):
        names = (name for name, shape in _NATIONAL_SHAPES.items() if shape.fullmatch(found[0]))
        if any(name not in checks or checks[name](found[0]) for name in names):
            yield found.span()


def _phones(text: str, regions: tuple[str, ...]) -> Iterator[Place]:
    """In international form anywhere; in a region's own only where digits stand in groups, as people write them."""
    is_number = checkers().is_phone
    for found in _PHONE.finditer(text):
        start, said = found.start(), found[0]
        if said.startswith("(") and said.count("(") == said.count(")") + 1:
            start, said = start + 1, said[1:]
        if said.count("(") != said.count(")"):
            continue
        own = regions if _GROUPED.fullmatch(said) and not _LISTED.search(said) else ()
        if said.startswith("00"):
            said = f"+{said[2:]}"
        if any(is_number(said, region) for region in ((None,) if "+" in said[:2] else own)):
            yield start, found.end()


FINDERS: dict[str, Callable[[str, tuple[str, ...]], Iterator[Place]]] = {
    "email_address": _emails,
    "iban_code": _ibans,
    "credit_card": _cards,
    "national_id": _national,
    "ip_address": _addresses,
    "phone_number": _phones,
}
"""By kind, what finds it in a text, given the regions whose own telephone numbers count.

Of two that overlap, the kind that stands first here holds.
"""
