"""What the gates before a release look at, and what they find."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["GATES", "POLICY_GATES"]

_NAMED = """
gate | varchar | name of the gate, as in the policy
scenario | varchar | the scenario of policy.scenarios whose policy sets its threshold
slice | varchar | which part of the data: all, or property=value, several apart by a comma and a space
"""

_FIGURES = columns(f"""
{_NAMED.strip()}
value | double | the figure: a share from 0 to 1, the lower the better; null where it could not be measured
low | double | lower end of its 90 % interval; the value itself where it is no estimate
high | double | upper end
n | bigint | how many things it was counted over
before | double | the same figure of the parent release, or of what was there before; null when there is none
before_n | bigint | how many things that was counted over; null likewise
samples | varchar[] | ids of the first five of what was counted: pairs, or prompts for drift
""")
_KEY = ("gate", "scenario", "slice")

POLICY_GATES = Table(
    "policy",
    "gates",
    "a gate of a scenario",
    columns("""
scenario | varchar | the scenario
gate | varchar | the gate
ceiling | double | what its figure may be at most, 0 to 1; null when only the change counts
rise | double | how much more than before it may be, 0 to 1; null when only the figure counts
min_n | bigint | things a slice must hold to be looked at
severity | varchar | block, approve (somebody must say yes) or warn
owner | varchar | who answers for it
"""),
    ("scenario", "gate"),
)

GATES = (
    Table(
        "gates",
        "batches",
        "a batch that the parent release was made of",
        columns("batch_id | varchar | the batch"),
        ("batch_id",),
    ),
    Table(
        "gates",
        "before",
        "a figure that the parent release recorded",
        columns(f"""
{_NAMED.strip()}
value | double | the figure
n | bigint | how many things it was counted over
"""),
        _KEY,
    ),
    Table(
        "gates",
        "votes",
        "a decided vote, as it was given",
        columns("""
vote_id | varchar | the vote
pair_id | varchar | the pair
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
side | bigint | 1 for a, -1 for b
fresh | boolean | it came since the parent release
shown_first | boolean | it is for the side shown first; null when the order is unknown
"""),
        ("vote_id",),
    ),
    Table(
        "gates",
        "flags",
        "a pair of a training layer, of the prompts that are drawn for inspection",
        columns("""
pair_id | varchar | the pair
prompt_id | varchar | its prompt
scenario | varchar | the scenario of policy.scenarios that governs it
risk_level | varchar | its risk
task | varchar | its task
stratum | varchar | the stratum with the most evidence
identical | boolean | the sides say the same, but for case, space, punctuation and one word in twenty
misaligned | boolean | the chosen answer shares no word of four letters with the last turn; null where one is short
cycles | boolean | it is part of a cycle of three; null where no three responses are all compared
ties | boolean | no side leads
rules | boolean | the chosen answer breaks a rule; null where no rule looked at it
metadata | boolean | at high risk: task, scenario, generator or reason is missing; null at other risks
"""),
        ("pair_id",),
    ),
    Table(
        "gates",
        "marked",
        "a record of a training layer, of the prompts drawn for inspection, where the policy marks personal data",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
prompt_id | varchar | its prompt
scenario | varchar | the scenario of policy.scenarios that governs it
task | varchar | its task
personal_data | boolean | one of its texts holds personal data
"""),
        ("kind", "record_id"),
    ),
    Table("gates", "faults", "a gate on single records, a scenario and a slice of it", _FIGURES, _KEY),
    Table("gates", "rulers", "a ruler, a scenario, and a stratum on a dimension", _FIGURES, _KEY),
    Table("gates", "dissent", "a stratum, or one of its raters", _FIGURES, _KEY),
    Table(
        "gates",
        "orderings",
        "a scenario and two of its dimensions, the first above the second; over all, and at each risk",
        _FIGURES,
        _KEY,
    ),
    Table("gates", "drift", "a property of what came since the parent, and one of its values", _FIGURES, _KEY),
    Table(
        "gates",
        "measured",
        "a figure that no single SELECT takes: of the release as a whole",
        _FIGURES,
        _KEY,
    ),
    Table(
        "gates",
        "results",
        "a gate, a scenario, and a slice that is large enough to speak: what was found",
        columns(f"""
{_NAMED.strip()}
value | double | the figure: a share from 0 to 1, the lower the better
low | double | lower end of its 90 % interval
high | double | upper end
n | bigint | how many things it was counted over
before | double | the same figure of the parent release, or of what was there before
threshold | double | what the near end of its interval may be at most
severity | varchar | block, approve or warn
owner | varchar | who answers for the gate
tripped | boolean | it is beyond its threshold
samples | varchar[] | ids of the first five of what was counted
"""),
        _KEY,
    ),
)
