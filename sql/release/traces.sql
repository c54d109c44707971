-- Grain: a trace as it stands in a release file.
-- Steps in order, each with the reward that its raters gave it: what a process reward model reads.
-- Without $texts what is shown as it came stays away: its id says all of it; steps have none. What is masked stands there, for no id tells how.
with told as (
    select trace_id, "index", min(unit) as unit, min(state) as state, min(output) as output
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    group by trace_id, "index"
),
rewarded as (
    select told.*, rewards.reward, coalesce(rewards.raters, 0) as raters
    from told
    left join weighting.rewards as rewards on rewards.trace_id = told.trace_id and rewards."index" = told."index"
),
assembled as (
    select
        rewarded.trace_id,
        list_sort(list({
            'index': rewarded."index", 'unit': rewarded.unit, 'state': coalesce(shown_state.content, rewarded.state),
            'output': coalesce(shown_output.content, rewarded.output), 'reward': rewarded.reward, 'raters': rewarded.raters
        })) as steps
    from rewarded
    left join privacy.masked as shown_state
        on shown_state.text = 'state' and shown_state.id = rewarded.trace_id and shown_state.part = rewarded."index"
    left join privacy.masked as shown_output
        on shown_output.text = 'output' and shown_output.id = rewarded.trace_id and shown_output.part = rewarded."index"
    group by rewarded.trace_id
),
said as (
    select trace_id, list_sort(list(step_id)) as provenance
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    group by trace_id
)
select
    assembled.trace_id, records.prompt_id,
    coalesce(shown.messages, case when $texts then asked.messages end) as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    assembled.steps, records.votes, records.strata, said.provenance,
    placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, weights.cell
from assembled
join weighting.records as records on records.kind = 'traces' and records.record_id = assembled.trace_id
join release.placed as placed on placed.record_id = assembled.trace_id
join said on said.trace_id = assembled.trace_id
left join weighting.weights as weights on weights.kind = 'traces' and weights.record_id = assembled.trace_id
join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
left join privacy.prompts as shown on shown.prompt_id = records.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
