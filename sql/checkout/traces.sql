-- Grain: a trace that is written, with its texts and a label per step.
-- A step is good from the reward on that the caller names: scales differ in what they call neutral. What stands behind the last judged
-- step has no label.
with read as (
    select *, judged_upto(steps) as upto
    from release.traces
),
judged as (
    select trace_id, prompt, list_filter(steps, lambda s: s."index" <= upto) as steps
    from read
)
select
    examples.place, examples.split, examples.kind, examples.record_id, examples.side,
    case $system when 'keep' then system_of(traces.prompt) when 'replace' then $system_prompt else '' end as system,
    kept_turns(traces.prompt, $system) as turns,
    list_transform(traces.steps, lambda s: s.output) as completions,
    list_transform(traces.steps, lambda s: s.reward >= $good_step) as labels,
    examples.weight
from checkout.examples as examples
join judged as traces on traces.trace_id = examples.record_id
where examples.kind = 'traces'
