"""What a policy says of personal data in texts: whether it is looked for, and whether it may leave."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from prefstrata.project import Strict

__all__ = ["PERSONAL_DATA", "Privacy"]

Kind = Literal["email_address", "phone_number", "iban_code", "credit_card", "ip_address", "national_id"]
PERSONAL_DATA: tuple[Kind, ...] = get_args(Kind)
"""Every kind that is recognised, by the names that Presidio gave them."""


def _word(value: object) -> object:
    """YAML reads ``off`` as no."""
    return "off" if value is False else value


class Privacy(Strict):
    """Personal data in texts. Read from the policy of `*` alone: texts of all scenarios leave together."""

    personal_data: Annotated[Literal["off", "mark", "mask"], BeforeValidator(_word)] = Field(
        "off",
        description="`mask`: every text that leaves the ledger has a placeholder, such as <EMAIL_ADDRESS>, where "
        "something was found. `mark`: texts stay as they are, and release and tables say what they hold. `off`: texts "
        "are not searched.",
    )
    kinds: tuple[Kind, ...] = Field(PERSONAL_DATA, min_length=1, description="What is looked for.")
    regions: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] = Field(
        ("US",),
        description="Countries (ISO 3166) whose telephone numbers count without a country code, where their digits "
        "stand in groups. Numbers that begin with + or 00 count everywhere.",
    )

    @property
    def row(self) -> tuple[str, list[str], list[str]]:
        """The values of ``policy.privacy`` after the scenario."""
        return self.personal_data, sorted(set(self.kinds)), sorted(set(self.regions))
