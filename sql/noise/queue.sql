-- Grain: a queue and a pair waiting in it.
-- Averaging a dispute away teaches the model noise. What raters contradict each other on goes to senior raters, what a
-- judge flips on is asked again, and what only users have judged at high risk goes to annotators.
with considered as (
    select
        preferences.*, coalesce(settlements.settled, false) as is_settled, pairs.prompt_id, prompts.risk_level, governing.arbitration,
        array_length(list_filter(strata, lambda s: not s.stratum like '%/online')) = 0 as online_only
    from noise.preferences as preferences
    left join noise.settlements as settlements
        on settlements.pair_id = preferences.pair_id and settlements.dimension = preferences.dimension
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
),
reasons as (
    select
        'arbitration' as queue, pair_id, prompt_id, disagreement as priority,
        'raters contradict each other on ' || dimension as reason
    from considered
    where votes > 1 and disagreement >= arbitration and not is_settled
    union all
    select
        'reannotation', pair_id, prompt_id, least(1e0, flips / votes),
        'a judge changed sides with the display order on ' || dimension
    from considered
    where flips > 0
    union all
    select 'backflow', pair_id, prompt_id, max(1 - greatest(p_a, p_b)), 'high risk, and only users have judged it'
    from considered
    where risk_level = 'high'
    group by pair_id, prompt_id
    having bool_and(online_only)
),
-- A pair waits once: where several dimensions put it into a queue, the most urgent one says why.
ranked as (
    select *, row_number() over (partition by queue, pair_id order by priority desc, reason) as place
    from reasons
)
select queue, pair_id, prompt_id, priority, reason
from ranked
where place = 1
