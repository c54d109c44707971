-- Grain: a slice, a tie policy, a part of the prompts, and a number of raters on an item.
-- Every statistic of agreement among many raters, and every bootstrap replicate of it, follows from these few whole
-- numbers: how many chose what, and how many pairs of raters chose differently, over the items of each number of raters.
with apart as (
    select unit, stratum, dimension, part, a, tie, b, count(*) as items
    from noise.panels
    group by unit, stratum, dimension, part, a, tie, b
),
pooled as (
    select
        unit, dimension, any_value(prompt_id) as prompt_id, any_value(part) as part,
        cast(sum(a) as bigint) as a, cast(sum(tie) as bigint) as tie, cast(sum(b) as bigint) as b
    from noise.panels
    group by unit, round, pair_id, dimension
),
together as (
    select
        pooled.unit, pooled.dimension, prompts.scenario, prompts.task, pooled.part, pooled.a, pooled.tie, pooled.b,
        count(*) as items
    from pooled
    join evidence.prompts as prompts on prompts.prompt_id = pooled.prompt_id
    group by
        pooled.unit, pooled.dimension, prompts.scenario, prompts.task, pooled.part, pooled.a, pooled.tie, pooled.b
),
sliced as (
    select
        'stratum' as slice, stratum as name, cast(null as varchar) as other, unit, part, a, tie, b, items
    from apart
    union all
    select 'stratum and dimension', stratum, dimension, unit, part, a, tie, b, items from apart
    union all
    select 'all', cast(null as varchar), cast(null as varchar), unit, part, a, tie, b, items from together
    union all
    select 'dimension', dimension, cast(null as varchar), unit, part, a, tie, b, items from together
    union all
    select 'scenario', scenario, cast(null as varchar), unit, part, a, tie, b, items from together
    union all
    select 'task', task, cast(null as varchar), unit, part, a, tie, b, items from together
),
vectors as (
    select *, 'ties counted' as tie_policy from sliced
    union all
    select slice, name, other, unit, part, a, 0, b, items, 'ties left out' from sliced
)
select
    slice, name, other, unit, tie_policy, part,
    a + tie + b as raters,
    cast(sum(items) as bigint) as items,
    cast(sum(case when greatest(a, tie, b) = a + tie + b then items else 0 end) as bigint) as unanimous,
    cast(sum(items * a) as bigint) as a,
    cast(sum(items * tie) as bigint) as tie,
    cast(sum(items * b) as bigint) as b,
    cast(sum(items * a * tie) as bigint) as a_tie,
    cast(sum(items * a * b) as bigint) as a_b,
    cast(sum(items * tie * b) as bigint) as tie_b
from vectors
where a + tie + b > 0
group by slice, name, other, unit, tie_policy, part, a + tie + b
