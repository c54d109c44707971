-- Grain: a slice of the training layers and one of its values.
-- How many equally weighted records the weighted ones are worth: (Σw)² / Σw² (Kish 1965), and how many times more records weighting needs
-- for the same precision, n Σw² / (Σw)². Sums are fixed point: weights in millionths, so that their squares fit.
with weighed as (
    select
        placed.layer, weights.scenario, weights.stratum, prompts.task, prompts.risk_level, records.dimension,
        cast(round(weights.weight * 1e6) as bigint) as w
    from weighting.weights as weights
    join layers.records as placed on placed.kind = weights.kind and placed.record_id = weights.record_id
    join weighting.records as records on records.kind = weights.kind and records.record_id = weights.record_id
    join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
),
sliced as (
    select
        layer, scenario, stratum, task, risk_level, dimension,
        grouping(layer) as no_layer, grouping(scenario) as no_scenario, grouping(stratum) as no_stratum, grouping(task) as no_task,
        grouping(risk_level) as no_risk, grouping(dimension) as no_dimension,
        count(*) as records,
        count(*) filter (where w > 0) as weighted,
        cast(sum(w) as double) as total,
        cast(sum(cast(w as decimal(19, 0)) * cast(w as decimal(19, 0))) as double) as squares
    from weighed
    group by grouping sets ((), (layer), (scenario), (stratum), (task), (risk_level), (dimension))
)
select
    case
        when no_layer = 0 then 'layer' when no_scenario = 0 then 'scenario' when no_stratum = 0 then 'stratum'
        when no_task = 0 then 'task' when no_risk = 0 then 'risk_level' when no_dimension = 0 then 'dimension' else 'all'
    end as slice,
    coalesce(layer, scenario, stratum, task, risk_level, dimension, 'all') as value,
    records, weighted,
    total / 1e6 as weight,
    coalesce(total * total / nullif(squares, 0), 0) as effective,
    records * squares / nullif(total * total, 0) as design_effect
from sliced
where records > 0
