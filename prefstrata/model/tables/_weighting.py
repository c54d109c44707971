"""How far each record is trusted, and how its stratum is weighted."""

from __future__ import annotations

from prefstrata.model.tables._shape import STRATA, Table, columns

__all__ = ["WEIGHTING"]

_CELL = """
scenario | varchar | the scenario of policy.scenarios that governs it
stratum | varchar | the stratum with the most evidence
task | varchar | the task, where the policy declares a share for it, else *
risk_level | varchar | the risk, likewise
dimension | varchar | the dimension that decides it, likewise
difficulty | varchar | of a pair, where the policy weighs it otherwise than others, else *
span | bigint | quarter of a half-life since 1970 in which it was last spoken of; null when unknown, or without decay
""".strip()

WEIGHTING = (
    Table(
        "weighting",
        "opinions",
        "what one user, or a session without a user, thinks of one response, by all that was done with it",
        columns("""
response_id | varchar | the response
prompt_id | varchar | its prompt
stratum | varchar | supervisor/mode
who | varchar | pseudonym of the user; who has no name: source and session; without a session the event's id
events | bigint | kinds of event it rests on
up | double | what speaks for the response, 0 to 1: how far above chance the most telling event is
down | double | what speaks against it, likewise
event_ids | varchar[] | ids of the events, sorted
"""),
        ("response_id", "stratum", "who"),
    ),
    Table(
        "weighting",
        "aggregates",
        "a pair without an overall verdict, where the policy weighs dimensions against each other",
        columns(f"""
pair_id | varchar | the pair
dimension | varchar | the dimension that says most for the outcome
p_a | double | probability that a is better
p_tie | double | probability that neither is
p_b | double | probability that b is better
votes | bigint | votes on all its dimensions
evidence | double | reliability-weighted number of votes
strata | {STRATA} | share of the evidence of that dimension per stratum, sorted by stratum
flips | bigint | raters who changed sides when the display order changed
disagreement | double | share of the evidence, or of the weight of dimensions, against the leading outcome, 0 to 1
both_bad | bigint | votes that called both unacceptable
has_rationale | boolean | at least one vote came with a reason
calibration_id | varchar | the calibration it was estimated under
"""),
        ("pair_id",),
    ),
    Table(
        "weighting",
        "scores",
        "a rated response and a dimension: the score that is released, and what it rests on",
        columns(f"""
response_id | varchar | the response
dimension | varchar | what was judged
prompt_id | varchar | its prompt
strata | {STRATA} | reliability-weighted number of raters per stratum, sorted by stratum
votes | bigint | ratings it rests on
raters | bigint | raters they are of
people | bigint | of these, people who were asked: experts, crowd and users offline
evidence | double | reliability-weighted number of raters
score | double | mean of what each rater thinks, weighted by what that tells, 0 worst to 1 best
spread | double | standard deviation of it, likewise weighted; null with one rater
experts_score | double | mean of what each offline expert thinks; null where none said it
has_rationale | boolean | at least one rating came with a reason
expert_rationale | boolean | at least one of an offline expert did
provenance | varchar[] | ids of the ratings, sorted
"""),
        ("response_id", "dimension"),
    ),
    Table(
        "weighting",
        "rewards",
        "a step of a trace: the reward that is released, and what it rests on",
        columns("""
trace_id | varchar | the trace
index | bigint | place of the step, from 0
raters | bigint | raters who rewarded it
reward | double | mean of what each rater gave, weighted by what that tells, -1 to 1
spread | double | standard deviation of it, likewise weighted; null with one rater
experts_reward | double | mean of what offline experts gave, one opinion each; null where none did
"""),
        ("trace_id", "index"),
    ),
    Table(
        "weighting",
        "mixing",
        "a governing scenario and a task in which votes say under which policy they were given",
        columns("""
scenario | varchar | the scenario of policy.scenarios
task | varchar | the task
policies | varchar[] | the policies, as name@version, sorted
pairs | bigint | pairs with such votes
mixed | bigint | of these, those that rest on several versions
votes | bigint | such votes
others | bigint | of these, those under another version than most
share | double | the larger of the two shares
most | double | what the policy allows
refused | boolean | whether the policy stops a run beyond that
"""),
        ("scenario", "task"),
    ),
    Table(
        "weighting",
        "records",
        "a record that could be released: a pair, a rated response, a trace or a response with a thumb",
        columns(f"""
record_id | varchar | pair_id, response_id.dimension, trace_id, or response_id of an unpaired label
kind | varchar | pairs, ratings, traces or unpaired
prompt_id | varchar | the prompt
policy_scenario | varchar | the scenario of policy.scenarios that governs it
risk_level | varchar | its risk
dimension | varchar | the dimension that decides it: overall, or the first of the policy that decides
stratum | varchar | the stratum with the most evidence
strata | {STRATA} | share of the evidence per stratum, sorted by stratum
votes | bigint | votes, ratings, raters of a trace or events it rests on
raters | bigint | raters they are of, each once; where dimensions are weighed together, most in one of them
people | bigint | of these, people who were asked: experts, crowd and users offline
p | double | probability of the leading outcome, 0 to 1
decided | boolean | whether a side leads by the tie margin (true for kinds that have no sides)
flips | bigint | judge flips
disagreement | double | share of the evidence against the leading outcome
has_rationale | boolean | at least one judgement came with a reason
settled | boolean | people settled the dimension that decides it
trust | double | how reliable the estimate is, 0 to 1
rule_clean | boolean | no automatic rule voted for the other side or called both bad (true for kinds without sides)
expert_rationale | boolean | at least one judgement of an offline expert came with a reason
expert_confirmed | boolean | offline experts say what leads (a score: to an eighth of its scale), or it is settled
"""),
        ("kind", "record_id"),
    ),
    Table(
        "weighting",
        "spoken",
        "a record, where it is known when somebody spoke of it",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
first_day | bigint | days from 1970-01-01 to the first judgement, 0 to 32767; null when that can be no date
last_day | bigint | the same to the last judgement
"""),
        ("kind", "record_id"),
    ),
    Table(
        "weighting",
        "recency",
        "a governing scenario whose weights decay, and a span of time its records were last spoken of in",
        columns("""
scenario | varchar | the scenario of policy.scenarios
span | bigint | the span, in quarters of the half-life since 1970-01-01
kept | double | what age leaves of the weight, 0 to 1
"""),
        ("scenario", "span"),
    ),
    Table(
        "weighting",
        "members",
        "a record of a training layer, and the cell it is weighted in",
        columns(f"""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
{_CELL}
cell | varchar | name of the cell, a hash of what it stands for
trust | double | its trust, in billionths
information | double | the square of its trust, 0 to 1: what it weighs before its factor
"""),
        ("kind", "record_id"),
    ),
    Table(
        "weighting",
        "cells",
        "a cell of records that are weighted alike",
        columns(f"""
cell | varchar | its name
{_CELL}
records | bigint | records in it
information | double | sum of the squares of their trust
recency | double | what age leaves of their weight, 0 to 1
times | double | what the policy multiplies the weight of their difficulty by
"""),
        ("cell",),
    ),
    Table(
        "weighting",
        "factors",
        "a cell and its factor before limits",
        columns("""
cell | varchar | the cell
raked | double | what raking multiplies its weight by, and what noise checks leave of that
factor | double | what the square of trust is multiplied by: raked, times recency, times that of the difficulty
"""),
        ("cell",),
    ),
    Table(
        "weighting",
        "parts",
        "a record, a user, and a cohort and day of what the user said",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
rater_id | varchar | the user
cohort | varchar | the source that the user spoke through
day | varchar | the day, UTC, or unknown
share | double | part of the record's evidence, 0 to 1
"""),
        ("kind", "record_id", "rater_id", "cohort", "day"),
    ),
    Table(
        "weighting",
        "user_days",
        "a user, a cohort and a day, and what they would weigh without limits",
        columns("""
rater_id | varchar | the user
cohort | varchar | the source
day | varchar | the day, UTC, or unknown
weight | double | sum of squared trust times factor times share of the evidence
"""),
        ("rater_id", "cohort", "day"),
    ),
    Table(
        "weighting",
        "limited",
        "a user, a cohort and a day that a limit scales down",
        columns("""
rater_id | varchar | the user
cohort | varchar | the source
day | varchar | the day, UTC, or unknown
kept | double | part of what they gave that still counts, 0 to below 1
"""),
        ("rater_id", "cohort", "day"),
    ),
    Table(
        "weighting",
        "weights",
        "a record of a training layer, and what it weighs",
        columns(f"""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | the record
cell | varchar | names its factor in weights.json
{_CELL}
kept | double | part that limits on users leave of it, 0 to 1
factor | double | what the square of its trust is multiplied by
weight | double | squared trust times factor
"""),
        ("kind", "record_id"),
    ),
    Table(
        "weighting",
        "margins",
        "a value that a share is declared for, and what came of it",
        columns("""
scenario | varchar | the scenario of policy.scenarios
margin | varchar | stratum, task, risk_level or dimension
value | varchar | its value
records | bigint | records of the training layers
declared | double | share that the policy declares, 0 to 1
actual | double | share of squared trust, before weighting
achieved | double | share of weight after weighting
shortfall | double | declared minus achieved: above 0 it could not be met
"""),
        ("scenario", "margin", "value"),
    ),
    Table(
        "weighting",
        "limits",
        "a limit on users, over a whole version",
        columns("""
holder | varchar | user or cohort_day
most | double | the most that one may have, 0 to 1
holders | bigint | users, or days of cohorts, whose evidence records rest on
limited | bigint | of these, those from whom this limit or the other took something
reached | double | the most that one has
others | double | share of the weight that no user holds
shortfall | double | what the most that one has is above the limit, 0 where the limit holds
"""),
        ("holder",),
    ),
    Table(
        "weighting",
        "effective",
        "a slice of the training layers, and how many records it is worth",
        columns("""
slice | varchar | all, layer, scenario, stratum, task, risk_level or dimension
value | varchar | its value
records | bigint | records
weighted | bigint | of these, those with any weight
weight | double | sum of their weights, in millionths
effective | double | equally weighted records that they are worth: (Σw)² / Σw²
design_effect | double | records needed for one such record: n Σw² / (Σw)²; null without weight
"""),
        ("slice", "value"),
    ),
    Table(
        "weighting",
        "strata",
        "a stratum of a governing scenario and its factor",
        columns("""
scenario | varchar | the scenario of policy.scenarios
stratum | varchar | supervisor/mode
records | bigint | records of the training layers whose main stratum it is
trust | double | sum of their trust
declared | double | share the policy declares, null when it declares none
actual | double | share of squared trust, before weighting, 0 to 1
factor | double | what the square of its trust is multiplied by, on average
achieved | double | share of weight after weighting, 0 to 1
capped_by | varchar[] | noise checks that hold its factor below what it would be, sorted; empty when none does
"""),
        ("scenario", "stratum"),
    ),
)
