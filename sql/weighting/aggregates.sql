-- Grain: a pair without an overall verdict, where the policy weighs dimensions against each other.
-- Kinds of preference are kept apart until the data is used; here they come together, by the weights that the policy declares. The
-- outcome is named after the dimension that says most for it; what points the other way is disagreement. Sums are fixed point.
with weighed as (
    select
        preferences.*, coalesce(dimensions.weight, 0e0) as w, coalesce(dimensions.weight, 0e0) * (p_a - p_b) as pull
    from noise.preferences as preferences
    anti join (select pair_id from noise.preferences where dimension = 'overall') as judged
        on judged.pair_id = preferences.pair_id
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing
        on governing.scenario = prompts.policy_scenario and governing.aggregation = 'weighted'
    left join policy.dimensions as dimensions
        on dimensions.scenario = prompts.policy_scenario and dimensions.dimension = preferences.dimension
),
summed as (
    select
        pair_id,
        sum(cast(round(w * 1e9) as bigint)) as whole,
        sum(cast(round(w * p_a * 1e9) as bigint)) as w_a,
        sum(cast(round(w * p_tie * 1e9) as bigint)) as w_tie,
        sum(cast(round(w * p_b * 1e9) as bigint)) as w_b,
        sum(cast(round(w * evidence * 1e9) as bigint)) as w_evidence,
        sum(cast(round(w * disagreement * 1e9) as bigint)) as w_disagreement,
        sum(case when pull > 0 then cast(round(w * 1e9) as bigint) else 0 end) as for_a,
        sum(case when pull < 0 then cast(round(w * 1e9) as bigint) else 0 end) as for_b,
        cast(sum(votes) as bigint) as votes,
        cast(sum(flips) as bigint) as flips,
        cast(sum(both_bad) as bigint) as both_bad,
        bool_or(has_rationale) as has_rationale
    from weighed
    group by pair_id
    having sum(cast(round(w * 1e9) as bigint)) > 0
),
named as (
    select
        weighed.pair_id, weighed.dimension, weighed.strata, weighed.calibration_id,
        row_number() over (
            partition by weighed.pair_id
            order by
                case when weighed.w > 0 then 0 else 1 end, -- what weighs nothing gives no name to what the others say
                round(case when summed.w_a >= summed.w_b then weighed.pull else -weighed.pull end, 9) desc, weighed.dimension
        ) as place
    from weighed
    join summed on summed.pair_id = weighed.pair_id
)
select
    summed.pair_id, named.dimension,
    round(w_a / whole, 9) as p_a, round(w_tie / whole, 9) as p_tie, round(w_b / whole, 9) as p_b,
    votes, w_evidence / whole as evidence, named.strata, flips,
    greatest(
        w_disagreement / whole,
        coalesce(case when w_a >= w_b then for_b else for_a end / nullif(for_a + for_b, 0), 0e0)
    ) as disagreement,
    both_bad, has_rationale, named.calibration_id
from summed
join named on named.pair_id = summed.pair_id and named.place = 1
