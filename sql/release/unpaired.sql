-- Grain: a response with a thumb, as it stands in a release file.
-- What users did, summed to liked or not with a probability: weak evidence, for trainers that read single responses. The
-- label is the side that weighs more, not the side with more events, or p would speak of the other one; none, where it is not decided.
-- Without $texts what is shown as it came stays away: its id says all of it. What is masked stands there, for no id tells how.
with summed as (
    select
        response_id,
        sum(cast(round(1e9 * up) as bigint)) - sum(cast(round(1e9 * down) as bigint)) as lean,
        flatten(list(event_ids)) as event_ids
    from weighting.opinions
    group by response_id
)
select
    said.response_id, records.prompt_id,
    coalesce(shown.messages, case when $texts then asked.messages end) as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    coalesce(shown_response.content, case when $texts then answered.content end) as response,
    case when records.decided then said.lean > 0 end as label, records.p, records.votes,
    responses.generators, records.strata, list_sort(said.event_ids) as provenance,
    placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, weights.cell
from summed as said
join weighting.records as records on records.kind = 'unpaired' and records.record_id = said.response_id
join release.placed as placed on placed.record_id = said.response_id
left join weighting.weights as weights on weights.kind = 'unpaired' and weights.record_id = said.response_id
join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
left join privacy.prompts as shown on shown.prompt_id = records.prompt_id
left join privacy.masked as shown_response on shown_response.text = 'response' and shown_response.id = said.response_id
join ledger.prompts as asked on asked.seq = prompts.seq
join evidence.responses as responses on responses.response_id = said.response_id
join ledger.responses as answered on answered.seq = responses.seq
