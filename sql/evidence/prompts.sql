-- Grain: a prompt.
-- Several sources may describe one prompt differently. The description is resolved without regard to ingest order: the
-- highest risk wins, a scenario with a policy of its own before one that has none (whoever calls a prompt medical keeps it under
-- the medical policy), then of names the alphabetically first, unknown and general only where nobody names another; and the policy
-- that governs the scenario is looked up once, here. Prompts that left with the people who brought them are none any more.
with described as (
    select
        prompts.prompt_id,
        coalesce(min(nullif(prompts.task, 'unknown')), 'unknown') as task,
        coalesce(min(nullif(own.scenario, 'general')), min(nullif(prompts.scenario, 'general')), 'general') as scenario,
        max(case prompts.risk_level when 'high' then 3 when 'medium' then 2 else 1 end) as risk,
        coalesce(min(prompts.language), 'und') as language,
        min(prompts.seq) as seq
    from ledger.prompts as prompts
    left join policy.scenarios as own on own.scenario = prompts.scenario and own.scenario <> '*'
    group by prompts.prompt_id
)
select
    described.prompt_id,
    described.task,
    described.scenario,
    coalesce(governed.scenario, '*') as policy_scenario,
    case described.risk when 3 then 'high' when 2 then 'medium' else 'low' end as risk_level,
    described.language,
    described.seq
from described
left join policy.scenarios as governed on governed.scenario = described.scenario
anti join evidence.erased as erased on erased.kind = 'prompt' and erased.id = described.prompt_id
