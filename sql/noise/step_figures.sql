-- Grain: a measure of how traces are cut and a slice.
-- A reward belongs to a step; where steps of one task are cut by different templates, into different kinds of unit, or now large
-- and now small, rewards cannot be compared. The same text cut in two ways proves it.
with steps as (
    select distinct trace_id, prompt_id, "index", unit, coalesce(template, '') as template, output
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
),
traces as (
    select
        steps.trace_id, prompts.policy_scenario, prompts.task, steps.prompt_id,
        array_to_string(list_sort(list(distinct steps.template)), ' + ') as template,
        array_to_string(list_sort(list(distinct steps.unit)), ' + ') as units,
        count(distinct steps."index") as size,
        -- Where it is cut: how long its parts are, without the spaces between words.
        array_to_string(list_transform(
            list_sort(list({'i': steps."index", 'text': coalesce(steps.output, '')})),
            lambda s: cast(length(replace(replace(replace(s.text, ' ', ''), chr(10), ''), chr(9), '')) as varchar)
        ), ' ') as cuts,
        md5(replace(replace(replace(
            array_to_string(list_transform(list_sort(list({'i': steps."index", 'text': coalesce(steps.output, '')})), lambda s: s.text), ''),
            ' ', ''), chr(10), ''), chr(9), '')) as text
    from steps
    join evidence.prompts as prompts on prompts.prompt_id = steps.prompt_id
    group by steps.trace_id, prompts.policy_scenario, prompts.task, steps.prompt_id
),
templates as (
    select task, template, count(*) as traces
    from traces
    group by task, template
),
units as (
    select task, units, count(*) as traces
    from traces
    group by task, units
),
texts as (
    select task, prompt_id, text, count(distinct cuts) as ways
    from traces
    group by task, prompt_id, text
),
sizes as (
    select
        task, min(policy_scenario) as policy_scenario, count(*) as n,
        sum(size) / count(*) as mean,
        sqrt(greatest(0e0, sum(size * size) / count(*) - pow(sum(size) / count(*), 2))) as spread
    from traces
    group by task
),
figures as (
    select 'mixed_templates' as measure, task, 1 - max(traces) / sum(traces) as value, cast(sum(traces) as bigint) as n
    from templates
    group by task
    union all
    select 'mixed_units', task, 1 - max(traces) / sum(traces), cast(sum(traces) as bigint)
    from units
    group by task
    union all
    select 'cut_differently', task, count(*) filter (where ways > 1) / count(*), count(*)
    from texts
    group by task
    union all
    select 'uneven_steps', task, spread / mean, n
    from sizes
)
select
    figures.measure, sizes.policy_scenario as scenario, 'task' as slice, figures.task as name,
    cast(null as varchar) as stratum, figures.value,
    case when figures.measure <> 'uneven_steps' then wilson_low(figures.value, figures.n) end as low,
    case when figures.measure <> 'uneven_steps' then wilson_high(figures.value, figures.n) end as high,
    figures.n
from figures
join sizes on sizes.task = figures.task
