"""The libraries that know what a number is: loaded when a text is searched, and not before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Checkers", "checkers", "searched_with"]

_LIBRARIES = ("phonenumbers", "python-stdnum")
_CHECKED = (
    "iban",
    "luhn",
    "us.ssn",
    "it.codicefiscale",
    "es.dni",
    "es.nie",
    "fr.nir",
    "br.cpf",
    "cn.ric",
    "in_.aadhaar",
    "kr.rrn",
    "fi.hetu",
    "se.personnummer",
    "mx.curp",
)


@dataclass(frozen=True, slots=True)
class Checkers:
    """What tells whether something is what it looks like.

    Attributes:
        checks: by name of a module of python-stdnum, whether a number is valid.
        is_phone: whether a text is a telephone number: in international form (no region), or as a region writes it.
    """

    checks: Mapping[str, Callable[[str], bool]]
    is_phone: Callable[[str, str | None], bool]


@cache
def checkers() -> Checkers:
    """The libraries, loaded once.

    Raises:
        ConfigError: they are not installed.
    """
    try:
        checks = {name: import_module(f"stdnum.{name}").is_valid for name in _CHECKED}
        import phonenumbers  # noqa: PLC0415 - two seconds of metadata, for those who search
    except ImportError as error:
        raise _missing() from error

    def is_phone(text: str, region: str | None) -> bool:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return False
        return bool(phonenumbers.is_valid_number(number))

    return Checkers(checks, is_phone)


def searched_with() -> str:
    """The libraries with their versions: another version may find other things.

    Raises:
        ConfigError: they are not installed.
    """
    try:
        return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    except PackageNotFoundError as error:
        raise _missing() from error


def _missing() -> ConfigError:
    return ConfigError(
        "texts are to be searched for personal data, and what recognises it is not installed",
        where="privacy.personal_data",
        todo="pip install 'prefstrata[privacy]', or set it to `off`",
    )
