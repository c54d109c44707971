"""How far each record is trusted, and how its stratum is weighted."""

from __future__ import annotations

from prefstrata.model.tables._shape import STRATA, Table, columns

__all__ = ["WEIGHTING"]

WEIGHTING = (
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
p | double | probability of the leading outcome, 0 to 1
decided | boolean | whether a side leads by the tie margin (true for kinds that have no sides)
flips | bigint | judge flips
disagreement | double | share of the evidence against the leading outcome
has_rationale | boolean | at least one judgement came with a reason
settled | boolean | people settled the dimension that decides it
trust | double | how reliable the estimate is, 0 to 1
"""),
        ("kind", "record_id"),
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
actual | double | share of trust before weighting, 0 to 1
factor | double | what trust is multiplied by, capped by the policy
achieved | double | share of weight after weighting, 0 to 1
capped_by | varchar[] | noise checks that hold its factor below what it would be, sorted; empty when none does
"""),
        ("scenario", "stratum"),
    ),
)
