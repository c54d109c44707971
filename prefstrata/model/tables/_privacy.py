"""What texts hold of personal data, and what is shown of them."""

from __future__ import annotations

from prefstrata.model.tables._shape import MESSAGES, Table, columns

__all__ = ["POLICY_PRIVACY", "PRIVACY"]

_WHICH = """
text | varchar | prompt, response, state or output (of a step), or tag
id | varchar | prompt_id, response_id, trace_id, or the reason tag itself
part | bigint | index of the step in its trace; 0 for other texts
"""

PRIVACY = (
    Table(
        "staging",
        "texts",
        "a text of the ledger that may hold personal data, and that nobody searched yet",
        columns(f"""
{_WHICH.strip()}
content | varchar | what it says; null for a prompt
messages | {MESSAGES} | what a prompt says; null for any other text
"""),
        ("text", "id", "part"),
    ),
    Table(
        "privacy",
        "found",
        "a kind of personal data that a text of the ledger holds",
        columns(f"""
{_WHICH.strip()}
kind | varchar | email_address, iban_code, credit_card, national_id, ip_address or phone_number
occurrences | bigint | how often it stands there
"""),
        ("text", "id", "part", "kind"),
    ),
    Table(
        "privacy",
        "masked",
        "a text that is shown with placeholders for what was found in it; prompts aside",
        columns(f"""
{_WHICH.strip()}
content | varchar | what is shown of it
"""),
        ("text", "id", "part"),
    ),
    Table(
        "privacy",
        "prompts",
        "a prompt that is shown with placeholders for what was found in it",
        columns(f"""
prompt_id | varchar | the prompt
messages | {MESSAGES} | what is shown of it
"""),
        ("prompt_id",),
    ),
    Table(
        "privacy",
        "searched",
        "how the texts of the ledger were searched, and how far; one row, or none before the first run",
        columns("""
personal_data | varchar | off, mark or mask
kinds | varchar[] | what was looked for, sorted
regions | varchar[] | whose telephone numbers count without a country code, sorted
searched_with | varchar | the libraries that know the numbers, with their versions; empty when off
prompts | bigint | seq of the last row of ledger.prompts that was searched
responses | bigint | the same of ledger.responses
steps | bigint | the same of ledger.steps
votes | bigint | the same of the reason tags of ledger.votes
ratings | bigint | the same of ledger.ratings
events | bigint | the same of ledger.events
"""),
        ("personal_data",),
    ),
)

POLICY_PRIVACY = Table(
    "policy",
    "privacy",
    "what a scenario's policy says of personal data in texts; the one of * counts",
    columns("""
scenario | varchar | the scenario
personal_data | varchar | off, mark or mask
kinds | varchar[] | what is looked for, sorted
regions | varchar[] | whose telephone numbers count without a country code, sorted
"""),
    ("scenario",),
)
