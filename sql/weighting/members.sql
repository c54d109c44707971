-- Grain: a record of a training layer, and the cell it is weighted in.
-- Records are weighted in cells: what the policy declares a share for, or weighs by itself, is told apart, everything else is one. A
-- cell's name is made of what it stands for, so that it stays the same from release to release: so age is a span of the calendar here,
-- a quarter of a half-life long, and how old that is stands with the cell's factor.
with trained as (
    select
        records.kind, records.record_id, records.policy_scenario as scenario, records.stratum,
        case when tasks.value is not null then prompts.task else '*' end as task,
        case when risks.value is not null then records.risk_level else '*' end as risk_level,
        case when dimensions.value is not null then records.dimension else '*' end as dimension,
        coalesce(difficulties.difficulty, '*') as difficulty,
        cast(floor(spoken.last_day * 4 / governing.half_life) as bigint) as span,
        cast(round(records.trust * 1e9) as bigint) as trust
    from layers.records as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
    left join policy.scenarios as governing on governing.scenario = records.policy_scenario
    left join weighting.spoken as spoken on spoken.kind = placed.kind and spoken.record_id = placed.record_id
    left join policy.margins as tasks
        on tasks.scenario = records.policy_scenario and tasks.margin = 'task' and tasks.value = prompts.task
    left join policy.margins as risks
        on risks.scenario = records.policy_scenario and risks.margin = 'risk_level' and risks.value = records.risk_level
    left join policy.margins as dimensions
        on dimensions.scenario = records.policy_scenario and dimensions.margin = 'dimension'
        and dimensions.value = records.dimension
    left join policy.difficulties as difficulties
        on difficulties.scenario = records.policy_scenario and records.kind = 'pairs'
        and difficulties.difficulty = difficulty_of(records.decided, records.p)
    where placed.layer <> 'backflow'
)
select
    kind, record_id, scenario, stratum, task, risk_level, dimension, difficulty, span,
    left(short_hash(text_field(scenario) || text_field(stratum) || text_field(task) || text_field(risk_level)
        || text_field(dimension)
        || case when difficulty = '*' then '' else text_field('difficulty') || text_field(difficulty) end
        || case when span is null then '' else text_field('span') || text_field(cast(span as varchar)) end), 12) as cell,
    trust / 1e9 as trust,
    round(information_of(trust / 1e9), 9) as information
from trained
