"""What training is measured by, kept apart from all that training is made of."""

from __future__ import annotations

from prefstrata.model.tables._shape import MESSAGES, ORIGIN, Table, columns

__all__ = ["FROZEN"]

FROZEN = (
    Table(
        "ledger",
        "frozen",
        "a judgement of a frozen evaluation set",
        columns(f"""
frozen_id | varchar | hash of source, prompt, responses, choice, dimension and rater
source | varchar | name of the source in prefstrata.yaml, which says that it is frozen
prompt_id | varchar | the prompt
messages | {MESSAGES} | the conversation
left_id | varchar | a response
right_id | varchar | the other
left_text | varchar | the text of the one
right_text | varchar | the text of the other
choice | varchar | left, right, tie or both_bad
dimension | varchar | what was judged
rater_id | varchar | who
task | varchar | task; unknown when none is given
scenario | varchar | scenario; general when none is given
risk_level | varchar | low, medium or high; low when none is given
{ORIGIN.strip()}
"""),
        ("frozen_id",),
    ),
    Table(
        "evidence",
        "frozen_words",
        "a text of a frozen evaluation set",
        columns("""
kind | varchar | prompt, response, or exchange: both together
source | varchar | the source that has it, the alphabetically first
said | varchar | its words in order, lower case, apart by single spaces
words | varchar[] | its distinct words, the longest first, each after a letter that stands for its length
n | bigint | how many they are
"""),
        ("kind", "said"),
    ),
    Table(
        "evidence",
        "contaminated",
        "a prompt or a response of the ledger that is a text of a frozen evaluation set, or nearly",
        columns("""
kind | varchar | prompt or response
id | varchar | prompt_id or response_id
how | varchar | exact (but for case, space and punctuation) or near
similarity | double | share of distinct words in common, of those that the larger text has
source | varchar | the frozen source, the alphabetically first
"""),
        ("kind", "id"),
    ),
    Table(
        "layers",
        "copies",
        "a record that copies a frozen evaluation set",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
how | varchar | exact or near
source | varchar | the frozen source, the alphabetically first
"""),
        ("kind", "record_id"),
    ),
)
