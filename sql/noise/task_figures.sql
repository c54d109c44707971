-- Grain: a measure of how tasks are spread and a slice.
-- What is frequent is learnt best, at the cost of the rest. The effective number of tasks is the number of equally large ones
-- that two pairs would meet in as often (the inverse of Simpson's index; Simpson 1949). One task alone dominates nobody,
-- and prompts of which nobody said the task are not of one.
with tasks as (
    select prompts.policy_scenario, prompts.task, count(*) as pairs
    from evidence.pairs as pairs
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    where prompts.task <> 'unknown'
    group by prompts.policy_scenario, prompts.task
),
counted as (
    select
        policy_scenario,
        cast(sum(pairs) as bigint) as n,
        max(pairs) as most,
        cast(sum(pairs) as double) * cast(sum(pairs) as double) / cast(sum(pairs * pairs) as double) as effective
    from tasks
    group by policy_scenario
    having count(*) > 1
)
select
    'one_task' as measure, policy_scenario as scenario, 'scenario' as slice, policy_scenario as name,
    cast(null as varchar) as stratum, most / n as value,
    wilson_low(most / n, n) as low, wilson_high(most / n, n) as high, n
from counted
union all
select
    'effective_tasks', policy_scenario, 'scenario', policy_scenario, cast(null as varchar), effective,
    cast(null as double), cast(null as double), n
from counted
