-- Grain: a trace of a release file.
-- A trainer needs a label for every step: a trace is read as far as it was judged, which is often to its first mistake, and one with a
-- step before that which nobody judged, or whose text is not there, is none.
with governing as (
    select distinct scenario from checkout.factors
),
judged as (
    select *, judged_upto(steps) as upto
    from release.traces
),
read as (
    select judged.* exclude (steps), array_length(steps) as whole, list_filter(steps, lambda s: s."index" <= upto) as steps
    from judged
),
measured as (
    select
        traces.trace_id, traces.prompt_id, traces.layer,
        round(case when factors.squared then information_of(traces.trust) else traces.trust end * factors.factor, 9) as weight,
        misfit($prompts, kept_turns(traces.prompt, $system)) as misfit,
        length(array_to_string(list_transform(traces.prompt, lambda m: m.content), ''))
            + length(array_to_string(list_transform(traces.steps, lambda s: coalesce(s.output, '')), '')) as characters,
        case when $validation > 0 then short_hash(opening_of(traces.prompt)) end as opening,
        traces.whole, array_length(traces.steps) as steps,
        traces.upto + 1 - array_length(list_filter(traces.steps, lambda s: s.reward is not null)) as unjudged,
        array_length(list_filter(traces.steps, lambda s: ltrim(coalesce(s.output, '')) = '')) as blank,
        array_length(list_filter(traces.steps, lambda s: s.reward >= $good_step)) as good
    from read as traces
    left join governing on governing.scenario = traces.scenario
    left join checkout.factors as factors
        on factors.cell = coalesce(traces.cell, coalesce(governing.scenario, '*') || '/' || traces.stratum)
)
select
    $part as part, 'traces' as kind, trace_id as record_id, '' as side, prompt_id, opening, cast(null as varchar) as response_id, layer,
    case
        when whole = 0 then 'no steps'
        when steps = 0 or unjudged > 0 then 'a step has no reward'
        when blank > 0 then 'a step is empty'
        when misfit is not null then misfit
        when $max_characters > 0 and characters > $max_characters then 'too many characters'
        else 'kept'
    end as fate,
    false as swapped, false as tie, cast(null as boolean) as label, cast(null as double) as p, cast(null as double) as margin,
    weight,
    cast(good as bigint) as positive,
    cast(steps as bigint) as labels
from measured
