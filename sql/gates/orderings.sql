-- Grain: a governing scenario and two of its dimensions, the first above the second; over all, and at each risk.
-- Where the two point different ways, how often the overall votes since the parent follow the one that the policy puts lower, and
-- how often those before did: the value ordering as it is taught, against the one that is written down. A policy may order
-- dimensions otherwise at a risk, so each pair is judged by the order at its own; two dimensions may then stand both ways round.
with opposed as (
    -- Few pairs have dimensions that point different ways: only those are looked at.
    select pair_id
    from noise.preferences
    group by pair_id
    having bool_or(p_a > p_b) and bool_or(p_a < p_b)
),
directed as (
    select
        preferences.pair_id, prompts.policy_scenario as scenario, prompts.risk_level, preferences.dimension,
        coalesce(here.priority, dimensions.priority) as priority,
        case when preferences.p_a > preferences.p_b then 1 else -1 end as side
    from noise.preferences as preferences
    semi join opposed on opposed.pair_id = preferences.pair_id
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    join policy.dimensions as dimensions
        on dimensions.scenario = prompts.policy_scenario and dimensions.dimension = preferences.dimension
    left join policy.priorities as here
        on here.scenario = prompts.policy_scenario and here.risk_level = prompts.risk_level
        and here.dimension = preferences.dimension
    where leads(preferences.p_a, preferences.p_tie, preferences.p_b, governing.tie_margin)
),
conflicts as (
    select upper.pair_id, upper.scenario, upper.risk_level, upper.dimension as above, lower.dimension as below, lower.side
    from directed as upper
    join directed as lower
        on lower.pair_id = upper.pair_id and lower.priority > upper.priority and lower.side <> upper.side
),
sliced as (
    select pair_id, scenario, below || ' over ' || above as slice, side from conflicts
    union all
    select pair_id, scenario, below || ' over ' || above || ', risk_level=' || risk_level, side from conflicts
),
counted as (
    select
        sliced.scenario, sliced.slice,
        count(distinct case when votes.fresh then votes.pair_id end) as n,
        count(distinct case when not votes.fresh then votes.pair_id end) as before_n,
        count(*) filter (where votes.fresh) as votes,
        count(*) filter (where votes.fresh and votes.side = sliced.side) as bad,
        count(*) filter (where not votes.fresh) as earlier,
        count(*) filter (where not votes.fresh and votes.side = sliced.side) as earlier_bad,
        list_sort(list(distinct votes.pair_id) filter (where votes.fresh and votes.side = sliced.side)) as samples
    from sliced
    join gates.votes as votes on votes.pair_id = sliced.pair_id and votes.dimension = 'overall'
    group by sliced.scenario, sliced.slice
    having count(*) filter (where votes.fresh) > 0
)
select
    'ordering' as gate, scenario, slice,
    bad / votes as value,
    wilson_low(bad / votes, n) as low,
    wilson_high(bad / votes, n) as high,
    n,
    earlier_bad / nullif(earlier, 0) as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
