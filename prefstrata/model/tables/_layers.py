"""Which layer each record is in, and the records as release files hold them."""

from __future__ import annotations

from prefstrata.model.tables._shape import MESSAGES, STEPS, STRATA, Table, columns

__all__ = ["CAUSES", "LAYERS", "MOVES", "RELEASE"]

_RECORD = """
layer | varchar | golden, expert, main, weak or backflow
rule | varchar | the policy's rule that put it there, or the quota that left it out
reason | varchar | the same in a sentence
trust | double | how reliable the label is, 0 to 1
stratum | varchar | the stratum with the most evidence
"""

_RELEASED = f"""
{_RECORD.strip()}
cell | varchar | names the record's factor in weights.json; null in backflow, which has no weight
"""

_PROMPT = f"""
prompt_id | varchar | the prompt
prompt | {MESSAGES} | the conversation
task | varchar | task
scenario | varchar | scenario
risk_level | varchar | low, medium or high
language | varchar | language
"""

_ASSIGNED = f"""
record_id | varchar | as in weighting.records
kind | varchar | pairs, ratings, traces or unpaired
prompt_id | varchar | the prompt
{_RECORD.strip()}
"""

LAYERS = (
    Table(
        "layers",
        "placed",
        "a record and the layer that the rules put it into",
        columns(_ASSIGNED),
        ("kind", "record_id"),
    ),
    Table("layers", "records", "a record and its layer", columns(_ASSIGNED), ("kind", "record_id")),
    *(
        Table("layers", layer, f"a record of the {layer} layer", columns(_ASSIGNED), ("kind", "record_id"))
        for layer in ("golden", "expert", "main", "weak", "backflow")
    ),
)

_KNOWN = (
    "contaminated, withdrawn, arbitration reversed, dimension undefined, "
    "alike once hidden, settlers disagree, high risk undescribed, rater failed golden back-test, "
    "quota full or rule outdated"
)
CAUSES = Table(
    "layers",
    "causes",
    "a record, and the gravest known cause that can have moved it",
    columns(f"""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record, which may be gone
cause | varchar | {_KNOWN}
"""),
    ("kind", "record_id"),
)

MOVES = Table(
    "layers",
    "moves",
    "a record that stands in another layer than in the release before, or in none",
    columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
move | varchar | promoted, demoted or removed
from_layer | varchar | where it stood
to_layer | varchar | where it stands, null when it is gone
reason | varchar | the gravest known cause, policy A -> B, new judgements, or no evidence left
"""),
    ("kind", "record_id"),
)

RELEASE = (
    Table(
        "release",
        "due",
        "a release file whose records are looked at or written now",
        columns("file_number | bigint | number of the file, among those of the release"),
        ("file_number",),
    ),
    Table(
        "release",
        "placed",
        "a record of a file that is due, and that file",
        columns("""
record_id | varchar | the record
layer | varchar | its layer
rule | varchar | the rule that placed it
reason | varchar | why, in words
trust | double | 0 to 1
stratum | varchar | the stratum that weighs most
file_number | bigint | number of the file, among those of the release
"""),
        ("record_id",),
    ),
    Table(
        "release",
        "estimates",
        "a pair that is weighed, and what is estimated of it",
        columns("""
pair_id | varchar | the pair
votes | bigint | votes it rests on
dimensions | struct(dimension varchar, p_a double, p_tie double, p_b double, votes bigint)[] | per dimension, sorted
p_a | double | probability that a is better, in the dimension that decides or in all together
p_tie | double | probability that neither is
p_b | double | probability that b is better
"""),
        ("pair_id",),
    ),
    Table(
        "release",
        "origins",
        "a pair with evidence, and where that came from",
        columns("""
pair_id | varchar | the pair
policies | varchar[] | policies its evidence was given under, sorted; empty when none is known
reason_tags | varchar[] | all reason tags, sorted; empty when none
provenance | varchar[] | ids of the ledger's votes, ratings and events it rests on, sorted
"""),
        ("pair_id",),
    ),
    Table(
        "release",
        "pairs",
        "a pair as it stands in a release file",
        columns(f"""
pair_id | varchar | the pair
{_PROMPT.strip()}
chosen | varchar | the response more probably better (of equal ones: the one with the smaller id)
rejected | varchar | the other
chosen_id | varchar | its response id
rejected_id | varchar | the other's
outcome | varchar | decided, or tie when no side leads by the policy's margin
p | double | probability that chosen is better
p_tie | double | probability that neither is
margin | double | p minus the probability that rejected is better, 0 to 1
dimensions | struct(dimension varchar, p double, p_tie double, votes bigint)[] | estimate per dimension, sorted
strata | {STRATA} | share of the evidence per stratum
votes | bigint | votes it rests on
flips | bigint | judge flips
disagreement | double | share of the evidence against the outcome
settled | varchar[] | dimensions that people settled, sorted; empty when none
generators | struct(chosen varchar[], rejected varchar[]) | who wrote the sides
policies | varchar[] | policies its evidence was given under, sorted; empty when none is known
reason_tags | varchar[] | all reason tags, sorted; empty when none
provenance | varchar[] | ids of the ledger's votes, ratings and events it rests on, sorted
{_RELEASED.strip()}
"""),
        ("pair_id",),
    ),
    Table(
        "release",
        "ratings",
        "a rated response as it stands in a release file",
        columns(f"""
record_id | varchar | response_id.dimension
{_PROMPT.strip()}
response_id | varchar | the response
response | varchar | its text
dimension | varchar | what was judged
score | double | mean of what each rater thinks, weighted by what that tells, 0 worst to 1 best
spread | double | standard deviation of it, likewise weighted; null with one rater
votes | bigint | ratings it rests on
generators | varchar[] | who wrote it
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the ratings, sorted
{_RELEASED.strip()}
"""),
        ("record_id",),
    ),
    Table(
        "release",
        "traces",
        "a trace as it stands in a release file",
        columns(f"""
trace_id | varchar | the trace
{_PROMPT.strip()}
steps | {STEPS} | its steps in order, rewards averaged over raters by what each tells; null where nobody judged the step
votes | bigint | raters it rests on
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the steps, sorted
{_RELEASED.strip()}
"""),
        ("trace_id",),
    ),
    Table(
        "release",
        "unpaired",
        "a response with a thumb as it stands in a release file",
        columns(f"""
response_id | varchar | the response
{_PROMPT.strip()}
response | varchar | its text
label | boolean | liked; null when what speaks for and against weighs the same
p | double | probability that the label is right
votes | bigint | events it rests on
generators | varchar[] | who wrote it
strata | {STRATA} | share of the evidence per stratum
provenance | varchar[] | ledger ids of the events, sorted
{_RELEASED.strip()}
"""),
        ("response_id",),
    ),
)
