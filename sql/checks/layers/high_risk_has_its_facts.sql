-- Bad row: a high-risk record of the golden or expert layer whose prompt has no task or no scenario.
-- At high risk nobody may have to guess what a record is about.
select placed.kind, placed.record_id, placed.layer, prompts.task, prompts.scenario
from layers.records as placed
join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
where placed.layer in ('golden', 'expert') and prompts.risk_level = 'high'
    and (prompts.task = 'unknown' or prompts.scenario = 'general')
