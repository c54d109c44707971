"""How far raters agree, with each other, with themselves, with a blunt rule: the sums, and the figures made of them."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["AGREEMENT"]

_SLICED = """
slice | varchar | what it is measured on: all, stratum, dimension, scenario, task, rater, or two, as rater and stratum
name | varchar | which stratum, dimension, …; null when the slice is all
other | varchar | which second one, where the slice has two; null otherwise
unit | varchar | what is counted: vote, pair (a pair and a dimension), or round (a pair and a dimension in one round)
tie_policy | varchar | ties counted (as a third answer, half way from a to b) or ties left out
"""

_PART = "part | bigint | part of the prompts (of a crowded prompt, of its pairs), 0 to 63: what a replicate draws"

_COUPLE = """
slice | varchar | rater and rater, rater and stratum, or stratum and stratum; a stratum speaks by its majority
name | varchar | the one
other | varchar | the other
unit | varchar | pair (a pair and a dimension) or round (a pair and a dimension in one round)
"""

_SHARE = f"""
metric | varchar | name of the share
{_SLICED.strip()}
{_PART}
hits | bigint | judgements of which it holds
n | bigint | judgements of which it can be said
"""

_REPLICATED = f"""
metric | varchar | name of the statistic
{_SLICED.strip()}
replicate | bigint | 0 for the data as they are, from 1 for what was drawn from them
value | double | the statistic
n | bigint | what it rests on, in units that were drawn at least once
parts | bigint | in how many parts those are
"""

_KEY = ("slice", "name", "other", "unit", "tie_policy")

AGREEMENT = (
    Table(
        "noise",
        "replicates",
        "a bootstrap replicate and a part of the prompts that was drawn into it",
        columns(f"""
replicate | bigint | 0 for the data as they are, from 1 for what is drawn from them
{_PART}
weight | bigint | how often it was drawn
"""),
        ("replicate", "part"),
    ),
    Table(
        "noise",
        "crowded_prompts",
        "a prompt with more than twenty compared pairs",
        columns("""
prompt_id | varchar | the prompt
pairs | bigint | its compared pairs
"""),
        ("prompt_id",),
    ),
    Table(
        "noise",
        "rounds",
        "an annotation round, and the one that votes without a round are in",
        columns("""
round | varchar | the round; empty where votes name none
began | timestamp | when its first vote or rating was decided, UTC, null when unknown
place | bigint | its place, from 1: by began, unknown last (of no round: first), then by name, numbers as numbers
"""),
        ("round",),
    ),
    Table(
        "noise",
        "repeats",
        "a vote of a rater who judged the same pair and dimension more than once",
        columns(f"""
vote_id | varchar | the vote
pair_id | varchar | the pair
dimension | varchar | what was judged
rater_id | varchar | who
stratum | varchar | supervisor/mode
round | varchar | annotation round, null when one
choice | varchar | a, tie or b
a_shown_first | boolean | display order, null when unknown
settles | boolean | the vote settles the pair
place | bigint | which of the rater's votes on the pair and dimension, from 1, by round and vote_id
place_in_round | bigint | which of them in its round, from 1
{_PART}
"""),
        ("vote_id",),
    ),
    Table(
        "noise",
        "panels",
        "a pair and a dimension, and the raters of one stratum on it, over all rounds or in one",
        columns(f"""
unit | varchar | pair: each rater's first vote; round: each rater's first vote in the round, where there are several
round | varchar | the round; empty when the unit is pair, or the votes name none
pair_id | varchar | the pair
prompt_id | varchar | its prompt
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
a | bigint | raters for a
tie | bigint | raters who saw a tie
b | bigint | raters for b
a_first | bigint | raters who saw a first
b_first | bigint | raters who saw b first
first_won | bigint | raters for the side shown first
ordered | bigint | raters for a or b whose display order is known
{_PART}
"""),
        ("unit", "round", "pair_id", "dimension", "stratum"),
    ),
    Table(
        "noise",
        "panel_sums",
        "a slice, a tie policy, a part of the prompts, and a number of raters on an item",
        columns(f"""
{_SLICED.strip()}
{_PART}
raters | bigint | raters on each of these items
items | bigint | items
unanimous | bigint | items on which all said the same
a | bigint | votes for a
tie | bigint | ties
b | bigint | votes for b
a_tie | bigint | pairs of raters, one for a and one for a tie
a_b | bigint | pairs of raters, one for a and one for b
tie_b | bigint | pairs of raters, one for a tie and one for b
"""),
        (*_KEY, "part", "raters"),
    ),
    Table(
        "noise",
        "overlap",
        "a slice, a tie policy, and a number of raters on an item",
        columns(f"""
{_SLICED.strip()}
raters | bigint | raters on each of these items
items | bigint | items
"""),
        (*_KEY, "raters"),
    ),
    Table(
        "noise",
        "agreement",
        "a statistic of agreement among all raters of a slice, in a bootstrap replicate",
        columns(_REPLICATED),
        ("metric", *_KEY, "replicate"),
    ),
    Table(
        "noise",
        "judge_sums",
        "two who judged the same items, and a part of the prompts",
        columns(f"""
{_COUPLE.strip()}
{_PART}
a_a | bigint | items for which both chose a
a_tie | bigint | the one chose a, the other a tie
a_b | bigint | the one chose a, the other b
tie_a | bigint | the one a tie, the other a
tie_tie | bigint | both a tie
tie_b | bigint | the one a tie, the other b
b_a | bigint | the one b, the other a
b_tie | bigint | the one b, the other a tie
b_b | bigint | both b
"""),
        ("slice", "name", "other", "unit", "part"),
    ),
    Table(
        "noise",
        "kappas",
        "a statistic of agreement between two who judged the same items, in a bootstrap replicate",
        columns(_REPLICATED),
        ("metric", *_KEY, "replicate"),
    ),
    Table(
        "noise",
        "baseline_sums",
        "a rule a ruler could follow, a stratum (and a dimension), and a part of the prompts",
        columns(_SHARE),
        ("metric", *_KEY, "part"),
    ),
    Table(
        "noise",
        "repeat_sums",
        "a way of judging again, a slice, a tie policy, and a part of the prompts",
        columns(_SHARE),
        ("metric", *_KEY, "part"),
    ),
    Table(
        "noise",
        "shares",
        "a share of judgements, in a bootstrap replicate",
        columns(_REPLICATED),
        ("metric", *_KEY, "replicate"),
    ),
    Table(
        "noise",
        "metrics",
        "a governance figure: a metric, the slice it is measured on, what it counts, and how it treats ties",
        columns(f"""
metric | varchar | name of the figure; docs/reference/agreement.md says what each is
{_SLICED.strip()}
value | double | the figure
low | double | lower end of its 90 % interval, null when none is given
high | double | upper end
n | bigint | what it rests on, in units
parts | bigint | parts of the prompts it rests on, of 64; below ten there is no interval. Null where none is drawn
"""),
        ("metric", *_KEY),
    ),
)
