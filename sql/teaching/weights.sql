-- Grain: a record of a training layer.
-- One place says what a record weighs, squared trust times the factor of its cell, so that every figure of what a version teaches is
-- weighted as trainers will weight it.
select
    placed.kind, placed.record_id, placed.prompt_id, placed.layer, placed.stratum,
    prompts.task, prompts.scenario, records.policy_scenario, records.risk_level, records.dimension,
    records.p, records.decided,
    weights.weight
from layers.records as placed
join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
join weighting.weights as weights on weights.kind = placed.kind and weights.record_id = placed.record_id
where placed.layer <> 'backflow'
