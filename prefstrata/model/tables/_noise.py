"""What is believed about pairs and raters, and what waits for people."""

from __future__ import annotations

from prefstrata.model.tables._shape import STRATA, Table, columns

__all__ = ["NOISE"]

NOISE = (
    Table(
        "noise",
        "peer_agreement",
        "a vote that takes a side on a pair on which the others lean to one",
        columns("""
vote_id | varchar | the vote
rater_id | varchar | who gave it
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
decided_at | timestamp | when it was decided, UTC; null where unknown
agrees | boolean | the others lean to the same side, the copies of one model counted as one voice
"""),
        ("vote_id",),
    ),
    Table(
        "noise",
        "changes",
        "a rater on a dimension whose agreement with the others changed at some time",
        columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
changed_at | timestamp | when its last vote before the change was decided, UTC
statistic | double | how far its running agreement left the straight line, in standard deviations; above 1.63
n | bigint | decided votes on pairs where the others have a majority
agreement_before | double | share of those that agree, up to then
agreement_after | double | the same since then
"""),
        ("rater_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "parameters",
        "a rater in a stratum on a dimension, before or after a change: how it behaves, as the rater model has it",
        columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
segment | bigint | 0 before the change in noise.changes, or where there is none; 1 after it
votes | bigint | votes given, those that settle aside
reliability | double | probability that a decided vote on a decided item is right
low | double | lower end of its 90 % interval
high | double | upper end
decided | boolean | the votes of its stratum say how good it is; where not, it is what the policy declares
side_bias | double | what the side shown first gets of the votes on an even item beyond half, -0.5 to 0.5
tie_even | double | probability of a tie where neither is better
tie_decided | double | probability of a tie where one is
length | double | log-odds for the longer side, where it is 1.8 times as long
markdown | double | log-odds for the side with six marks of markdown more
firmness | double | log-odds for the side that does not hedge
copying | double | how much a further vote of its family on a pair repeats the first, 0 to 1; null where none was seen
calibration_id | varchar | the calibration this row belongs to
"""),
        ("rater_id", "dimension", "stratum", "segment"),
    ),
    Table(
        "noise",
        "fits",
        "the last fit of the rater model: one row",
        columns("""
calibration_id | varchar | its name
ledger | varchar | digest of the ledger it was made on
made_by | varchar | digest of the policies and the code that made it
fitted_at | bigint | when, seconds since the epoch
votes | bigint | votes it was made on, those that settle aside
because | varchar | why it was made then
"""),
        ("calibration_id",),
    ),
    Table(
        "noise",
        "kept",
        "a row of what the last fit came to, by which later votes are read",
        columns("""
part | varchar | raters, panels, levels, grades, changes or temperature
place | bigint | its place in the part, from 1; at 0 the types of the part's columns
row | varchar | the row as JSON
"""),
        ("part", "place"),
    ),
    Table(
        "noise",
        "reliability",
        "a tenth of the settled items, held out of the fit, by how sure the votes alone made it",
        columns("""
bin | bigint | from 0, the least sure
items | bigint | items in it
claimed | double | mean probability of the leading outcome
right | double | share of them on which it was right
calibration_id | varchar | the calibration
"""),
        ("bin",),
    ),
    Table(
        "noise",
        "raters",
        "a rater and a dimension",
        columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
votes | bigint | votes given
reliability | double | probability that a decided vote on a decided pair is right, as the rater model has it
reliability_low | double | lower end of its 90 % interval
reliability_high | double | upper end
decided | boolean | votes say how good its stratum is; where not, it is what the policy declares
side_bias | double | what the side shown first gets of the votes on an even pair beyond half, -0.5 to 0.5
length_slope | double | log-odds for the longer side, where it is 1.8 times as long
copying | double | how much a further vote of its family on a pair repeats the first, 0 to 1; null where none was seen
changed_at | timestamp | when its agreement changed, null when it did not
tie_rate | double | share of ties, 0 to 1
ordered | bigint | decided votes whose display order is known; what first_rate was counted over
first_rate | double | share of decided votes for the side shown first, 0 to 1; null when order is unknown
overlapping | bigint | decided votes on pairs where the others have a majority; what agreement was counted over
dated | bigint | of these, votes whose time is known; from 20 on, a change of agreement is looked for
agreement | double | share of decided votes that say what most others do, a family being one; null without overlap
agreement_low | double | lower end of its 90 % interval (Wilson)
agreement_high | double | upper end
settled_votes | bigint | votes on settled pairs that did not choose the pair, as held in noise.backtests
settled_right | double | share of these that say what was settled
exam_votes | bigint | votes of a model judge on pairs that people decided, not by behaviour, its exam too; 0 for others
exam_right | double | share of these that say what people decided, settled first; a tie does not
both_orders | bigint | pairs that it decided in both display orders
flip_rate | double | share of these on which it contradicts itself
again_votes | bigint | votes on pairs that it had judged before, in whatever order or round
again_same | double | share of these that say what it said first; from a tie to a side is a change
scale_moved_at | timestamp | when its ratings' scale surely moved, null when it did not
scale_shift | double | how far, in parts of the scale; above zero it became milder
calibration_id | varchar | the calibration this row belongs to
"""),
        ("rater_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "preferences",
        "the estimate for a pair and a dimension",
        columns(f"""
pair_id | varchar | the pair
dimension | varchar | what was judged
p_a | double | probability that a is better
p_tie | double | probability that neither is
p_b | double | probability that b is better
votes | bigint | votes it rests on
evidence | double | reliability-weighted number of votes
strata | {STRATA} | share of the evidence per stratum, sorted by stratum
flips | bigint | raters who changed sides when the display order changed
disagreement | double | share of the evidence against the leading outcome, 0 to 1
both_bad | bigint | votes that called both unacceptable
has_rationale | boolean | at least one vote came with a reason
calibration_id | varchar | the calibration it was estimated under
"""),
        ("pair_id", "dimension"),
    ),
    Table(
        "noise",
        "settlements",
        "a pair and a dimension on which a settling vote was given",
        columns("""
pair_id | varchar | the pair
dimension | varchar | what was judged
votes | bigint | settling votes
settled | boolean | they all say the same; only then the dispute is over
choice | varchar | what they say: a, tie or b; null while they contradict each other
has_rationale | boolean | at least one of them came with a reason
disputed | boolean | it was settled, and somebody says otherwise, or did before settling it
"""),
        ("pair_id", "dimension"),
    ),
    Table(
        "noise",
        "queue",
        "an item waiting for people",
        columns("""
queue | varchar | arbitration, reannotation, review, backflow, calibration or golden
pair_id | varchar | the pair
prompt_id | varchar | its prompt
kind | varchar | as in noise.disputes, noise.followups, noise.samples or noise.backflow; or flip, online
dimensions | varchar[] | what people are asked to judge, sorted
priority | double | higher first, from 0; arbitration: released weight that settling it is expected to move
reason | varchar | why it is here, a sentence
"""),
        ("queue", "pair_id"),
    ),
    Table(
        "noise",
        "disputes",
        "a pair and a dimension that people must settle",
        columns("""
pair_id | varchar | the pair
dimension | varchar | what its raters contradict each other on
prompt_id | varchar | its prompt
kind | varchar | contradicted (by settlers), rule (against people, high risk), expert (against all), version or dispute
weight | double | what the label weighs in the release: squared trust times factor, 0 in backflow
weight_settled | double | what it would weigh if it were settled
change | double | released weight that settling it is expected to move, see sql/noise/disputes.sql
"""),
        ("pair_id", "dimension"),
    ),
    Table(
        "noise",
        "samples",
        "a queue and a pair drawn into it by the policy's seed",
        columns("""
queue | varchar | reannotation, calibration or golden
pair_id | varchar | the pair
prompt_id | varchar | its prompt
dimension | varchar | the dimension that decides it
kind | varchar | sample; typical, boundary, misjudged; unanimous
priority | double | higher first, 0 to 1
answer | varchar | the known answer of a calibration item: a, tie or b; null otherwise
"""),
        ("queue", "pair_id"),
    ),
    Table(
        "noise",
        "proposals",
        "a proposal for the policy, a specification or a source, from settled disputes or a failed noise check",
        columns("""
noise | varchar | the check that failed, N1 to N8; null where settled disputes propose it
proposal | varchar | what to change, a sentence
scenario | varchar | scenario of the prompts; of a check, the one whose limits it went by
tag | varchar | the reason tag of the disputes; null for a check
dimension | varchar | what was judged in them; null for a check
disputes | bigint | settled disputes in which somebody gave the tag; null for a check
decisive | bigint | of these, the ones in which those who settled it did
"""),
        ("proposal", "scenario"),
    ),
)
