-- Grain: the known answer of a calibration item, as the sides stand in its task.
-- Kept apart from the tasks, so that those who are calibrated do not see it.
select
    samples.pair_id as item,
    samples.dimension,
    samples.kind,
    case
        when samples.answer = 'tie' then 'tie'
        when (samples.answer = 'a')
            = first_shown_left(governing.seed, samples.queue, samples.pair_id)
            then 'left'
        else 'right'
    end as answer,
    preferences.votes
from noise.samples as samples
join evidence.prompts as prompts on prompts.prompt_id = samples.prompt_id
join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
join noise.preferences as preferences
    on preferences.pair_id = samples.pair_id and preferences.dimension = samples.dimension
where samples.queue = 'calibration'
order by samples.priority desc, samples.pair_id
