-- Grain: a trace whose steps a model judge may be asked about, in the order of lots.
-- The steps stand in their order, each once however many raters it has. Prompts of frozen evaluation sets are left alone, and what
-- somebody who withdrew consent brought.
with steps as (
    select
        trace_id, "index", min(prompt_id) as prompt_id, min(unit) as unit, min(template) as template,
        min(state) as state, min(output) as output
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    anti join evidence.erased as erased on erased.kind = 'trace' and erased.id = steps.trace_id
    group by trace_id, "index"
),
shown_steps as (
    select steps.*, coalesce(hidden.content, steps.output) as shown
    from steps
    left join privacy.masked as hidden
        on hidden.text = 'output' and hidden.id = steps.trace_id and hidden.part = steps."index"
),
traces as (
    select
        trace_id, min(prompt_id) as prompt_id, min(unit) as unit, min(template) as template,
        list_sort(list({'index': "index", 'state': state, 'output': output, 'shown': shown})) as steps,
        md5(concat_ws('/', cast($seed as varchar), trace_id)) as lot
    from shown_steps
    group by trace_id
)
select
    traces.trace_id, asked.messages, shown.messages as shown_messages, traces.steps, traces.unit, traces.template,
    prompts.policy_scenario,
    nullif(prompts.task, 'unknown') as task,
    nullif(prompts.scenario, 'general') as scenario,
    prompts.risk_level,
    nullif(prompts.language, 'und') as language,
    traces.lot
from traces
join evidence.prompts as prompts on prompts.prompt_id = traces.prompt_id
left join privacy.prompts as shown on shown.prompt_id = traces.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
anti join evidence.contaminated as frozen on frozen.kind = 'prompt' and frozen.id = prompts.prompt_id
where ($scenario is null or prompts.scenario = $scenario)
    and ($risks is null or list_contains(string_split($risks, ','), prompts.risk_level))
    and ($only is null or list_contains(string_split($only, ','), traces.trace_id))
qualify row_number() over (order by traces.lot, traces.trace_id) <= $most
