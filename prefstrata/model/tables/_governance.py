"""What the eight noise checks measure, what they find, and what follows."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["GOVERNANCE"]

_FIGURE = """
measure | varchar | name of the measure, as in policy.noise_limits
scenario | varchar | the scenario of policy.scenarios whose limits hold; * for what is about raters
slice | varchar | what it is measured on: stratum, dimension, scenario, task, month, source or rule
name | varchar | which of them
stratum | varchar | the stratum it tells of, supervisor/mode; null where it tells of none
value | double | the figure
low | double | lower end of its 90 % interval, null where it has none
high | double | upper end
n | bigint | what it rests on
"""

_FIGURE_KEY = ("measure", "slice", "name")


def _figures(name: str, of: str, more: str = "") -> Table:
    return Table("noise", name, f"a measure of {of} and a slice", columns(_FIGURE + more), _FIGURE_KEY)


GOVERNANCE = (
    Table(
        "noise",
        "golden_votes",
        "a vote on a settled pair, those that settle aside, held against what was settled",
        columns("""
vote_id | varchar | the vote
pair_id | varchar | the pair
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
decided_at | timestamp | when it was decided, UTC
hit | boolean | it says what was settled
opposed | boolean | it is for the other side
chose | boolean | disagreement, or agreement, decided that its pair was settled, and it came before that: no back-test
"""),
        ("vote_id",),
    ),
    Table(
        "noise",
        "backtests",
        "a rater on a dimension in a month: how often it was right on settled pairs",
        columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
month | varchar | as 2026-11, UTC; empty where nobody knows when a vote was decided
votes | bigint | votes on settled pairs, those that settle aside
hits | bigint | of these, the ones that say what was settled
opposed | bigint | of all, the ones for the other side
held | bigint | of all, the ones that did not choose the pair (noise.golden_votes): what the back-test rests on
held_hits | bigint | of these, the ones that say what was settled
held_opposed | bigint | of these, the ones for the other side
"""),
        ("rater_id", "dimension", "stratum", "month"),
    ),
    Table(
        "noise",
        "drifts",
        "a rater on a dimension, and when its scale, or how often it is right on settled pairs, may have changed",
        columns("""
what | varchar | scale (ratings, less the mean of their task, in parts of the scale) or golden (right on settled pairs)
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
n | bigint | judgements with a time, twenty or more
changed_at | timestamp | the last judgement before the largest departure, UTC
statistic | double | how far the running sum left the straight line there, in standard deviations
before | double | mean up to then
after | double | mean since then; null where nothing came since
sure | boolean | chance would depart so far in one of twenty tables like this one
"""),
        ("what", "rater_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "movers",
        "a rater on a dimension that N3 counts as changed, and by which measure",
        columns("""
measure | varchar | changed_raters (agreement with the others), moved_scales, or moved_on_golden
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
n | bigint | judgements that the change was found in, twenty or more; all of them count as changed
changed_at | timestamp | the last judgement before the largest departure, UTC
before | double | share of votes that agree, or are right on settled pairs, up to then; or as in noise.drifts
after | double | the same since then
"""),
        ("measure", "rater_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "rule_verdicts",
        "a rule's verdict for one side, on a pair and a dimension that people decided too",
        columns("""
rater_id | varchar | the rule
stratum | varchar | its supervisor/mode
pair_id | varchar | the pair
prompt_id | varchar | its prompt
dimension | varchar | what was judged
rule | varchar | which side the rule prefers: a or b
people | varchar | which side people prefer: what was settled, else their majority: a or b
"""),
        ("rater_id", "stratum", "pair_id", "dimension"),
    ),
    _figures(
        "agreement_figures",
        "disagreement or style",
        "parts | bigint | parts of the prompts it rests on, of 64; below ten it fails nothing\n",
    ),
    _figures("drift_figures", "drift"),
    _figures("candidate_figures", "how candidates were made"),
    _figures("source_figures", "how sources are told apart"),
    _figures("rule_figures", "rule errors"),
    _figures("task_figures", "how tasks are spread"),
    _figures("step_figures", "how traces are cut"),
    Table(
        "noise",
        "checks",
        "a measure of a noise check on a slice: the figure, the threshold, and what it means",
        columns(f"""
noise | varchar | the check, N1 to N8
{_FIGURE.strip()}
least | bigint | what it must rest on to fail, of what n counts
enough | boolean | it rests on that, and on ten parts of the prompts where votes on one prompt are not independent
threshold | double | the policy's
beyond | varchar | which side of the threshold fails: above, below, or both (above it, or below 1 less it)
unit | varchar | of the figure: share or number
passed | boolean | its interval is not wholly beyond the threshold, or it rests on too little
severity | varchar | warning or error
meaning | varchar | what the figure means, a sentence
action | varchar | what follows when it fails
"""),
        ("noise", "measure", "slice", "name"),
    ),
    Table(
        "noise",
        "holds",
        "a stratum of a governing scenario whose factor is held, because a noise check failed on it",
        columns("""
scenario | varchar | the scenario of policy.scenarios
stratum | varchar | supervisor/mode
cap | double | what the factor of none of its cells may exceed
noises | varchar[] | the checks that failed on it and hold it, sorted
"""),
        ("scenario", "stratum"),
    ),
    Table(
        "noise",
        "followups",
        "a queue, a pair and a dimension that a failed noise check sends to people",
        columns("""
queue | varchar | reannotation or review
pair_id | varchar | the pair
prompt_id | varchar | its prompt
dimension | varchar | what people are asked to judge
kind | varchar | contested (N1), counterexample (N2) or rule (N6)
priority | double | higher first, 0 to 1
reason | varchar | why, a sentence
"""),
        ("queue", "pair_id", "dimension", "kind"),
    ),
)
