"""Everything that was said, as votes on canonical pairs."""

from __future__ import annotations

from prefstrata.model.tables._shape import FEATURES, Table, columns

__all__ = ["EVIDENCE"]

EVIDENCE = (
    Table(
        "evidence",
        "withdrawn",
        "a rater whose consent was withdrawn",
        columns("rater_id | varchar | who: nothing of it is evidence"),
        ("rater_id",),
    ),
    Table(
        "evidence",
        "erased",
        "a text that only people who withdrew consent brought",
        columns("""
kind | varchar | prompt, response or trace
id | varchar | which: nobody is asked about it, and nothing said of it is evidence
"""),
        ("kind", "id"),
    ),
    Table(
        "evidence",
        "prompts",
        "a prompt, its descriptions resolved",
        columns("""
prompt_id | varchar | the prompt
task | varchar | the alphabetically first task given, any before unknown; unknown when none
scenario | varchar | the alphabetically first scenario given, one with its own policy before others, any before general
policy_scenario | varchar | the scenario of policy.scenarios that governs it, * when no policy names its own
risk_level | varchar | the highest risk given; low when none
language | varchar | the alphabetically first language given; und when none
seq | bigint | the row of ledger.prompts that holds its messages
"""),
        ("prompt_id",),
    ),
    Table(
        "evidence",
        "outdated",
        "a vote of a rule that no policy has now",
        columns("""
vote_id | varchar | the vote of the ledger: it is no evidence
rater_id | varchar | the rule, as rule:policy/name@version
pair_id | varchar | the pair
"""),
        ("vote_id",),
    ),
    Table(
        "evidence",
        "responses",
        "a response and its style",
        columns(f"""
response_id | varchar | the response
prompt_id | varchar | the prompt it answers
generators | varchar[] | all generators that gave it, sorted
features | {FEATURES} | style figures of the text
seq | bigint | the row of ledger.responses that holds its text
"""),
        ("response_id",),
    ),
    Table(
        "evidence",
        "pairs",
        "a canonical pair: two responses to one prompt, a < b by id",
        columns(f"""
pair_id | varchar | hash of the two response ids, sorted
prompt_id | varchar | the prompt
a | varchar | response id, the smaller
b | varchar | response id, the larger
features_a | {FEATURES} | style of a
features_b | {FEATURES} | style of b
generators_a | varchar[] | who wrote a, sorted
generators_b | varchar[] | who wrote b, sorted
seq_a | bigint | the row of ledger.responses that holds the text of a
seq_b | bigint | the same for b
"""),
        ("pair_id",),
    ),
    Table(
        "evidence",
        "votes",
        "a vote on a canonical pair",
        columns("""
vote_id | varchar | id of the ledger row, or a hash of the two ratings or of the event and the pair it comes from
pair_id | varchar | the pair
prompt_id | varchar | its prompt
a | varchar | its response with the smaller id
b | varchar | the other
dimension | varchar | what was judged
choice | varchar | a, tie or b
strength | double | 0 to 1, null when not graded
both_bad | boolean | a tie because neither was acceptable
rater_id | varchar | who
stratum | varchar | supervisor/mode
a_shown_first | boolean | display order, null when unknown
round | varchar | annotation round, null when one
decided_at | timestamp | when it was decided, UTC, null when unknown
settles | boolean | it outranks all other votes on the pair and dimension: a settling round of the policy, never null
superseded | boolean | its rater settled the pair with another vote: it tells nothing of the rater; never null
share | double | part of a judgement this vote stands for: 1 alone, 2/k for a pair of k things judged together
derived_from | varchar | vote, rating or event
has_rationale | boolean | reason tags or a rationale came with it
"""),
        ("vote_id",),
    ),
    Table(
        "evidence",
        "normalised_ratings",
        "a rating on the common scale",
        columns("""
rating_id | varchar | id of the ledger row
prompt_id | varchar | the prompt
response_id | varchar | the response
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
task | varchar | its prompt's task, unknown when nobody names one
span | varchar | month it was given in, as 2026-11; unknown without a time
unit_value | double | the rating on its declared scale, 0 worst to 1 best
z | double | how far from what the rater gives in that task and month, in standard deviations of such distances
round | varchar | annotation round, null when one
decided_at | timestamp | when it was given, null when unknown
has_rationale | boolean | reason tags or a rationale came with it
"""),
        ("rating_id",),
    ),
    Table(
        "evidence",
        "scores",
        "what one rater thinks of one response on one dimension",
        columns("""
response_id | varchar | the response
prompt_id | varchar | its prompt
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
ratings | bigint | ratings it rests on
given | double | their mean as they were given, 0 worst to 1 best
score | double | their mean on the scale that the stratum's raters have in common, 0 worst to 1 best
has_rationale | boolean | reason tags or a rationale came with one of them
rating_ids | varchar[] | ids of the ratings, sorted
"""),
        ("response_id", "dimension", "rater_id", "stratum"),
    ),
)
