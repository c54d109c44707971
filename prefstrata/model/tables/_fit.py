"""What the rater model works on while it is fitted: numbers, in memory, for one run alone."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["FIT"]

_STATES = """
a_clear | double | {what} where a is clearly better
a_close | double | {what} where a is closely better
even | double | {what} where neither is better
b_close | double | {what} where b is closely better
b_clear | double | {what} where b is clearly better
"""

FIT = (
    Table(
        "fit",
        "items",
        "a pair and a dimension that somebody voted on",
        columns("""
item | bigint | its number, from 1
pair_id | varchar | the pair
dimension | varchar | what was judged
votes | bigint | votes on it, those that settle aside
settled | bigint | what people settled: 1 for a, 0 for a tie, -1 for b; null when they did not
anchor | bigint | the same, as far as raters are anchored to it: null at some ties
bucket | bigint | part of the pairs, 0 to 63, by a hash
longer | double | how much longer a is, in spreads of 0.6 of the logarithm, by halves, -2.5 to 2.5
marked | double | how much more markdown a has, -1 to 1 by halves
firm | double | 1 where only b hedges, -1 where only a does
named | double | 1 where no vote saw b first: a may be the name of a class; else 0
"""),
        ("item",),
    ),
    Table(
        "fit",
        "changes",
        "a rater on a dimension whose agreement changed at some time, as the fit in use knows it",
        columns("""
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
changed_at | timestamp | when, UTC
"""),
        ("rater_id", "dimension", "stratum"),
    ),
    Table(
        "fit",
        "units",
        "a rater in a stratum on a dimension, before or after a change of its agreement",
        columns("""
unit | bigint | its number, from 1
panel | bigint | number of its stratum and dimension, from 1
rater_id | varchar | who
dimension | varchar | what was judged
stratum | varchar | supervisor/mode
segment | bigint | 0 before the change in noise.changes, or where there is none; 1 after it
family | varchar | whose copy it may be: the model's family, else the rater itself
kin | bigint | number of that family, from 1
model | boolean | it is a model judge
votes | bigint | votes given, those that settle aside
ordered | boolean | the display order of some of them is known
declared | double | how often the stratum is right, as the general policy declares
"""),
        ("unit",),
    ),
    Table(
        "fit",
        "votes",
        "a vote, as numbers",
        columns("""
item | bigint | what was judged
unit | bigint | who
bucket | bigint | the item's
anchored | boolean | people settled the item
alone | boolean | nobody else, of no other family, judged the item, and nobody settled it
side | bigint | 1 for a, 0 for a tie, -1 for b
first | bigint | 1 where a was shown first, -1 where b was; of a unit that never knows 1, else 0 where it does not
longer | double | the item's
marked | double | the item's
firm | double | the item's
grade | bigint | how strongly it was said, in thirds of the rater's own strengths, 0 to 2; null when not graded
share | double | part of a judgement it stands for
heard | double | how far its item hears it while raters are learnt of: 1, and of what a user did its share
copies | bigint | votes of its family on the item
kin | bigint | number of the family where it has several votes on the item or is a model, else 0
model | boolean | it is a model judge's
families | bigint | families of model judges on the item, for a vote of one; else 1
a_shown_first | boolean | display order, null when unknown
both_bad | boolean | a tie because neither was acceptable
has_rationale | boolean | reason tags or a rationale came with it
"""),
        (),
    ),
    Table(
        "fit",
        "raters",
        "a unit's behaviour, as believed",
        columns("""
unit | bigint | the unit
panel | bigint | its panel
ability | double | log-odds of a right decided vote on a clear item
side | double | log-odds for the side shown first
length | double | log-odds for the longer side, per spread
markdown | double | log-odds for the side with more markdown
firmness | double | log-odds for the side that does not hedge
tie_even | double | probability of a tie on an even item
tie_close | double | the same on a close item
tie_clear | double | the same on a clear item
discount | double | how much a further vote of its family repeats the first, 0 to 1
shared | double | how much the votes of other families of models repeat its own, 0 to 1; 0 for people
"""),
        ("unit",),
    ),
    Table(
        "fit",
        "cards",
        "a unit, and what its votes are worth",
        columns("""
unit | bigint | the unit
stratum | varchar | supervisor/mode
reliability | double | probability that a decided vote on a decided item is right
tie_tells | double | how much its tie tells an even item from a decided one, 0 to 1
discount | double | how much a further vote of its family repeats the first, 0 to 1
shared | double | how much the votes of other families of models repeat its own, 0 to 1; 0 for people
"""),
        ("unit",),
    ),
    Table(
        "fit",
        "levels",
        "a dimension, and what its items are like before anybody votes",
        columns("""
dimension | varchar | the dimension
even | double | log-probability of the even state
close | double | log-probability of each of the two close states
clear | double | log-probability of each of the two clear states
length | double | log-odds that the longer side is better, per spread, on a clear item
markdown | double | the same for the side with more markdown
firmness | double | the same for the side that does not hedge
named | double | the same for a, where a may be the name of a class
"""),
        ("dimension",),
    ),
    Table(
        "fit",
        "grades",
        "a panel, a side and a third of the strengths",
        columns(
            """
panel | bigint | the panel
side | bigint | 1 for a, -1 for b
grade | bigint | the third, 0 to 2
"""
            + _STATES.format(what="log-probability that a vote for the side is said so strongly").strip()
        ),
        ("panel", "side", "grade"),
    ),
    Table(
        "fit",
        "spoken",
        "an item and a family several of whose votes are on it, or all other votes",
        columns(
            """
item | bigint | the item
kin | bigint | the family's number; 0 for the votes of all who have no sibling there
model | boolean | they are model judges'
"""
            + _STATES.format(what="log-likelihood of the votes, in millionths,").replace("double", "bigint").strip()
        ),
        ("item", "kin"),
    ),
    Table(
        "fit",
        "logs",
        "an item, and the logarithms of how probable its states are, up to a constant",
        columns("item | bigint | the item\n" + _STATES.format(what="log-weight of the state").strip()),
        ("item",),
    ),
    Table(
        "fit",
        "posteriors",
        "an item, and how probable its states are",
        columns("item | bigint | the item\n" + _STATES.format(what="probability of the state").strip()),
        ("item",),
    ),
    Table(
        "fit",
        "cavities",
        "an item and a family several of whose votes are on it",
        columns(
            """
item | bigint | the item
kin | bigint | the family's number
"""
            + _STATES.format(what="probability, by all but the family's votes, of the state").strip()
        ),
        ("item", "kin"),
    ),
    Table(
        "fit",
        "likeness",
        "an item, a family that is not alone on it and a state of the item",
        columns("""
item | bigint | the item
kin | bigint | the family's number
state | double | 1 where a is clearly better, 0.4 closely, 0 even, -0.4 and -1 for b
others | boolean | other families of models judged it too
votes | bigint | the family's votes
said_a | bigint | of those, for a
said_tie | bigint | ties
said_b | bigint | for b
likely_a | bigint | votes for a to be expected, in millionths
likely_tie | bigint | ties to be expected
likely_b | bigint | votes for b to be expected
twice | bigint | how often each would say the same a second time, summed
"""),
        ("item", "kin", "state"),
    ),
    Table(
        "fit",
        "scores",
        "a vote that a step hears, and its part of it",
        columns("""
unit | bigint | who
side | bigint | 1 for a, 0 for a tie, -1 for b
first | bigint | 1 where a was shown first, -1 where b was; of a unit that never knows 1, else 0 where it does not
longer | double | how much longer a is; 0 where the vote is alone on its item
marked | double | how much more markdown a has; 0 likewise
firm | double | whether only b hedges; 0 likewise
share | double | part of a judgement it stands for
clear | double | probability that the item is clear
close | double | probability that it is close
even | double | probability that it is even
slope_ability | double | slope of the log-likelihood of a decided vote, by ability
slope_pull | double | the same by what else pulls
bend_ability | double | its curvature by ability, sign reversed
bend_both | double | by ability and what else pulls
bend_pull | double | by what else pulls
"""),
        (),
    ),
)
