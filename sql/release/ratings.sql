-- Grain: a rated response and a dimension, as it stands in a release file.
-- Scores stay on a scale from 0, worst, to 1, best: what a regression reward model reads.
-- Without $texts what is shown as it came stays away: its id says all of it. What is masked stands there, for no id tells how.
with scored as (
    select *, response_id || '.' || dimension as record_id
    from weighting.scores
)
select
    scored.record_id, records.prompt_id,
    coalesce(shown.messages, case when $texts then asked.messages end) as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    scored.response_id, coalesce(shown_response.content, case when $texts then answered.content end) as response,
    scored.dimension, scored.score, scored.spread, records.votes,
    responses.generators, records.strata, scored.provenance,
    placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, weights.cell
from scored
join weighting.records as records on records.kind = 'ratings' and records.record_id = scored.record_id
join release.placed as placed on placed.record_id = scored.record_id
left join weighting.weights as weights on weights.kind = 'ratings' and weights.record_id = scored.record_id
join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
left join privacy.prompts as shown on shown.prompt_id = records.prompt_id
left join privacy.masked as shown_response on shown_response.text = 'response' and shown_response.id = scored.response_id
join ledger.prompts as asked on asked.seq = prompts.seq
join evidence.responses as responses on responses.response_id = scored.response_id
join ledger.responses as answered on answered.seq = responses.seq
