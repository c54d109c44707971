"""What a version teaches: which dimension wins when two conflict, which style is chosen, what the weight is made of."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["TEACHING"]

_MEASURED = """
pairs | bigint | pairs it was counted over
weight | double | the sum of their weights
effective | double | so many pairs of equal weight would tell as much (Kish)
""".strip()

_INTERVAL = """
low | double | lower end of its 90 % interval (Wilson, over the effective number)
high | double | upper end
""".strip()

TEACHING = (
    Table(
        "teaching",
        "weights",
        "a record of a training layer and what it weighs",
        columns("""
kind | varchar | pairs, ratings, traces or unpaired
record_id | varchar | as in weighting.records
prompt_id | varchar | the prompt
layer | varchar | golden, expert, main or weak
stratum | varchar | the stratum with the most evidence
task | varchar | task of its prompt
scenario | varchar | scenario of its prompt
policy_scenario | varchar | the scenario of policy.scenarios that governs it
risk_level | varchar | its risk
dimension | varchar | the dimension that decides it
p | double | probability of the leading outcome, 0 to 1
decided | boolean | whether a side leads by the tie margin
weight | double | squared trust times the factor of its cell, as trainers get it
"""),
        ("kind", "record_id"),
    ),
    Table(
        "teaching",
        "pairs",
        "a decided pair of a training layer: who won",
        columns("""
pair_id | varchar | the pair
scenario | varchar | scenario of its prompt
policy_scenario | varchar | the scenario of policy.scenarios that governs it
risk_level | varchar | its risk
a_wins | boolean | the chosen side is a
weight | double | squared trust times the factor of its cell
"""),
        ("pair_id",),
    ),
    Table(
        "teaching",
        "directions",
        "a decided pair of a training layer and a dimension on which a side leads",
        columns("""
pair_id | varchar | the pair
dimension | varchar | the dimension; overall is none
with_winner | boolean | the side that leads on it is the chosen one
"""),
        ("pair_id", "dimension"),
    ),
    Table(
        "teaching",
        "conflicts",
        "a decided pair of a training layer and two dimensions that point different ways on it, none above deciding",
        columns("""
pair_id | varchar | the pair
scenario | varchar | scenario of its prompt
risk_level | varchar | its risk
upper | varchar | the dimension with the higher priority in the policy; of two without one, the first by name
lower | varchar | the other
declared | boolean | the policy ranks both, so that upper ought to win
follows | boolean | the chosen side is the one that upper prefers
weight | double | the pair's weight
"""),
        ("pair_id", "upper", "lower"),
    ),
    Table(
        "teaching",
        "contrasts",
        "a decided pair of a training layer and a style that one side has and the other has not",
        columns("""
pair_id | varchar | the pair
scenario | varchar | scenario of its prompt
style | varchar | longer, hedged, refuses, apologises, markdown or cites
chosen_has | boolean | the chosen side has it
weight | double | the pair's weight
"""),
        ("pair_id", "style"),
    ),
    Table(
        "teaching",
        "ordering",
        "two dimensions of a scenario at a risk that point different ways on some pair: which of them wins",
        columns(f"""
scenario | varchar | scenario of the prompts
risk_level | varchar | low, medium or high
upper | varchar | the dimension with the higher priority in the policy; of two without one, the first by name
lower | varchar | the other
declared | boolean | the policy ranks both, so that upper ought to win
{_MEASURED}
follows | double | weighted share of them on which the chosen side is the one that upper prefers, 0 to 1
{_INTERVAL}
contradicts | boolean | upper ought to win and surely does not, for so many comparisons; over 12 effective pairs
"""),
        ("scenario", "risk_level", "upper", "lower"),
    ),
    Table(
        "teaching",
        "styles",
        "a style of a scenario, or of all (*): how often the side that has it is chosen over one that has not",
        columns(f"""
scenario | varchar | scenario of the prompts; * for all of them
style | varchar | longer, hedged, refuses, apologises, markdown or cites
{_MEASURED}
share | double | weighted share of them on which the chosen side has it, 0 to 1; 0.5 teaches nothing about it
{_INTERVAL}
"""),
        ("scenario", "style"),
    ),
    Table(
        "teaching",
        "positions",
        "a dimension of a scenario: how far the chosen sides are the better ones on it",
        columns(f"""
scenario | varchar | scenario of the prompts
dimension | varchar | the dimension
{_MEASURED}
share | double | weighted share of the pairs with a better side on it whose chosen side that is, 0 to 1
{_INTERVAL}
"""),
        ("scenario", "dimension"),
    ),
    Table(
        "teaching",
        "composition",
        "a value of a facet: how much of the training layers it is",
        columns("""
facet | varchar | stratum, generator, task, scenario, risk_level, difficulty, dimension or rater
value | varchar | the value
records | bigint | records that have it; one may have several values of a facet
weight | double | the sum of their weights; of a rater, its part of those who spoke on the record
share | double | that weight as a part of all weight of the training layers, 0 to 1
"""),
        ("facet", "value"),
    ),
)
