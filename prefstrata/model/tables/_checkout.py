"""What a checkout makes of a layer's records on their way to a trainer; kept for one checkout, then gone."""

from __future__ import annotations

from prefstrata.model.tables._shape import MESSAGES, Table, columns

__all__ = ["CHECKOUT"]

_RECORD_KEY = """
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | pair_id, response_id (of unpaired labels and of scored responses) or trace_id
side | varchar | the response of a pair it takes, chosen or rejected as released; empty when it takes the whole record
"""

_DECIDED = f"""
part | bigint | number of the release file that holds it, from 0
{_RECORD_KEY.strip()}
prompt_id | varchar | the prompt
opening | varchar | what its conversation opens with, hashed; null without validation files, or without words
response_id | varchar | the response, where the trainer reads single ones; null elsewhere
layer | varchar | the layer
fate | varchar | kept, or why it is left out
swapped | boolean | the side released as rejected is the better one in the dimension asked for
tie | boolean | no side leads
label | boolean | good or bad, where the trainer reads single responses; null elsewhere
p | double | probability that the better side is better, a tie counting half, 0.5 to 1; null where there are no sides
margin | double | p of the better side minus p of the other, 0 to 1; null where there are no sides
weight | double | the square of its trust times the factor of its cell; null when weights.json has no such factor
positive | bigint | good labels in it: of its steps, of itself, or whether the better side is the longer one
labels | bigint | labels in it
"""

_SHAPED = f"""
place | varchar | what orders it in its file
split | varchar | train or validation
{_RECORD_KEY.strip()}
system | varchar | the system prompt; empty when there is none
turns | {MESSAGES} | the conversation without it
"""

_WEIGHED = """
p | double | as in checkout.examples
margin | double | as in checkout.examples
weight | double | as in checkout.examples
"""

CHECKOUT = (
    Table(
        "checkout",
        "factors",
        "a cell of records that are weighted alike, from weights.json",
        columns("""
cell | varchar | its name; scenario/supervisor/mode in a release made before records named their cell
scenario | varchar | in such a release the policy scenario, * for the rest; else null
factor | double | what trust, or its square, is multiplied by
squared | boolean | whether it is the square; trust itself in a release of before
"""),
        ("cell",),
    ),
    *(
        Table("checkout", name, grain, columns(_DECIDED), ("kind", "record_id", "side"))
        for name, grain in (
            ("pair_records", "a pair of a release file and what a checkout makes of it"),
            ("label_records", "a response with a label: one with thumbs, or a side of a pair"),
            ("trace_records", "a trace of a release file and what a checkout makes of it"),
            ("score_records", "a response rated in every dimension asked for, or in fewer"),
            ("records", "a record of the layers asked for, of whichever kind the trainer reads"),
        )
    ),
    Table(
        "checkout",
        "lengths",
        "a record as the trainer's tokenizer sees it",
        columns(f"""
{_RECORD_KEY.strip()}
tokens | bigint | tokens of its longest sequence, before anything is cut
dropped | boolean | the trainer drops it at its length
cut | boolean | the trainer cuts a sequence of it
same | boolean | after cutting, both sides are the same tokens
"""),
        ("kind", "record_id", "side"),
    ),
    Table(
        "checkout",
        "fated",
        "a record and whether its lengths let it be handed out",
        columns(_DECIDED),
        ("kind", "record_id", "side"),
    ),
    Table(
        "checkout",
        "selected",
        "a record and whether it is handed out, to which split, how often",
        columns(f"""
{_DECIDED.strip()}
split | varchar | train or validation; null when it is left out
copies | bigint | how often it is written; 0 when it is left out or was not drawn
"""),
        ("kind", "record_id", "side"),
    ),
    Table(
        "checkout", "copies", "a number from 1 to the most copies", columns("number | bigint | the number"), ("number",)
    ),
    Table(
        "checkout",
        "examples",
        "a row that is written",
        columns(f"""
place | varchar | what orders it in its file
split | varchar | train or validation
part | bigint | number of the release file that holds it, from 0
{_RECORD_KEY.strip()}
swapped | boolean | as in checkout.records
label | boolean | as in checkout.records
{_WEIGHED.strip()}
"""),
        ("place",),
    ),
    Table(
        "checkout",
        "pairs",
        "a pair with its texts, the better side first",
        columns(f"""
{_SHAPED.strip()}
chosen | varchar | the better response
rejected | varchar | the other
{_WEIGHED.strip()}
"""),
        ("place",),
    ),
    Table(
        "checkout",
        "labels",
        "a response with its text and label",
        columns(f"""
{_SHAPED.strip()}
response | varchar | the response
label | boolean | good or bad
weight | double | as in checkout.examples
"""),
        ("place",),
    ),
    Table(
        "checkout",
        "traces",
        "a trace with its texts, a label per step",
        columns(f"""
{_SHAPED.strip()}
completions | varchar[] | its steps in order
labels | boolean[] | whether each is good
weight | double | as in checkout.examples
"""),
        ("place",),
    ),
    Table(
        "checkout",
        "scores",
        "a response with its text and a score per dimension",
        columns(f"""
{_SHAPED.strip()}
response | varchar | the response
scores | double[] | its scores, in the order of the dimensions asked for, 0 worst to 1 best
weight | double | as in checkout.examples
"""),
        ("place",),
    ),
)
