-- Grain: a property of what came since the parent, and one of its values.
-- Of the prompts that were judged since, the share that has a generator, task or language that was hardly there; and for one that
-- was, its share of all prompts now. Each against its share before. Prompts are counted: what is said of one comes together.
with judged as (
    select distinct prompt_id, pair_id, fresh
    from gates.votes
),
had as (
    select judged.prompt_id, judged.fresh, 'task' as facet, prompts.task as value
    from judged
    join evidence.prompts as prompts on prompts.prompt_id = judged.prompt_id
    union all
    select judged.prompt_id, judged.fresh, 'language', prompts.language
    from judged
    join evidence.prompts as prompts on prompts.prompt_id = judged.prompt_id
    union all
    select prompt_id, fresh, 'generator', generator
    from (
        select
            judged.prompt_id, judged.fresh,
            unnest(list_concat(pairs.generators_a, pairs.generators_b)) as generator
        from judged
        join evidence.pairs as pairs on pairs.pair_id = judged.pair_id
    ) as written
),
sizes as (
    select
        count(distinct case when fresh then prompt_id end) as fresh,
        count(distinct case when not fresh then prompt_id end) as earlier,
        count(distinct prompt_id) as prompts
    from judged
),
counted as (
    select
        facet, value,
        count(distinct case when fresh then prompt_id end) as fresh,
        count(distinct case when not fresh then prompt_id end) as earlier,
        count(distinct prompt_id) as prompts,
        list_sort(list(distinct prompt_id) filter (where fresh)) as samples
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
