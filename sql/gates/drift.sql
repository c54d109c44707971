-- Grain: a property of what came since the parent, and one of its values.
-- Of the prompts that were judged since, the share that has a generator, task or language that was hardly there; and for one that
-- was, its share of all prompts now. Each against its share before. Prompts are counted: what is said of one comes together.
with paired as (
    -- Put together first: counting distinct prompts costs.
    select pair_id, bool_or(fresh) as fresh, bool_or(not fresh) as earlier
    from gates.votes
    group by pair_id
),
written as (
    select pairs.prompt_id, paired.fresh, paired.earlier, pairs.generators_a, pairs.generators_b
    from paired
    join evidence.pairs as pairs on pairs.pair_id = paired.pair_id
),
prompted as (
    select prompt_id, bool_or(fresh) as fresh, bool_or(earlier) as earlier
    from written
    group by prompt_id
),
described as (
    select prompted.prompt_id, prompted.fresh, prompted.earlier, prompts.task, prompts.language
    from prompted
    join evidence.prompts as prompts on prompts.prompt_id = prompted.prompt_id
),
had as (
    select prompt_id, fresh, earlier, 'task' as facet, task as value
    from described
    union all
    select prompt_id, fresh, earlier, 'language', language
    from described
    union all
    select prompt_id, bool_or(fresh), bool_or(earlier), 'generator', generator
    from (
        select prompt_id, fresh, earlier, unnest(list_concat(generators_a, generators_b)) as generator
        from written
    ) as by_whom
    group by prompt_id, generator
),
sizes as (
    select
        count(*) filter (where fresh) as fresh,
        count(*) filter (where earlier) as earlier,
        count(*) as prompts
    from prompted
),
counted as (
    select
        facet, value,
        count(*) filter (where fresh) as fresh,
        count(*) filter (where earlier) as earlier,
        count(*) as prompts,
        list_sort(list(prompt_id) filter (where fresh)) as samples
    from had
    group by facet, value
    having count(*) filter (where fresh) > 0
),
shared as (
    select
        counted.facet, counted.value, counted.samples,
        counted.earlier / nullif(sizes.earlier, 0) as before,
        sizes.earlier as before_n,
        case when counted.earlier < 0.01 * sizes.earlier then counted.fresh else counted.prompts end as having_it,
        case when counted.earlier < 0.01 * sizes.earlier then sizes.fresh else sizes.prompts end as n
    from counted
    cross join sizes
)
select
    'drift' as gate, '*' as scenario,
    facet || '=' || value as slice,
    having_it / n as value,
    wilson_low(having_it / n, n) as low,
    wilson_high(having_it / n, n) as high,
    n, before, before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from shared
