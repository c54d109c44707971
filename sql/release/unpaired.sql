-- Grain: a response with a thumb, as it stands in a release file.
-- What users did, summed to liked or not with a probability: weak evidence, for trainers that read single responses. The
-- label is the side that weighs more, not the side with more events, or p would speak of the other one.
with thumbs as (
    select
        events.response_id, events.event_id,
        case when events.kind in ('like', 'accept', 'copy') then 1 else -1 end
            * cast(round((2 * coalesce(strata.reliability, 0.5) - 1) * 1e9) as bigint) as lean
    from ledger.events as events
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
    join weighting.records as records on records.kind = 'unpaired' and records.record_id = events.response_id
    left join policy.strata as strata
        on strata.scenario = records.policy_scenario and strata.stratum = events.supervisor || '/' || events.mode
    where events.kind in ('like', 'accept', 'copy', 'dislike', 'reject', 'retry')
),
said as (
    select
        response_id,
        case when sum(lean) > 0 then true when sum(lean) < 0 then false end as label,
        list_sort(list(event_id)) as provenance
    from thumbs
    group by response_id
)
select
    said.response_id, records.prompt_id,
    asked.messages as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    answered.content as response, said.label, records.p, records.votes,
    responses.generators, records.strata, said.provenance,
    placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, weights.cell
from said
join weighting.records as records on records.kind = 'unpaired' and records.record_id = said.response_id
join layers.records as placed on placed.kind = 'unpaired' and placed.record_id = said.response_id
left join weighting.weights as weights on weights.kind = 'unpaired' and weights.record_id = said.response_id
join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
join evidence.responses as responses on responses.response_id = said.response_id
join ledger.responses as answered on answered.seq = responses.seq
