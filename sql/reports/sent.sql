-- Grain: a governing scenario and a scenario, task, risk level or annotation round that somebody sent.
-- What a policy is for, gives a share to, or lets settle, must come from somebody, or it is a name spelt wrong.
select policy_scenario as scenario, 'scenario' as what, prompts.scenario as value
from evidence.prompts as prompts
group by policy_scenario, prompts.scenario
union all
select policy_scenario, 'task', task
from evidence.prompts
group by policy_scenario, task
union all
select policy_scenario, 'risk_level', risk_level
from evidence.prompts
group by policy_scenario, risk_level
union all
select prompts.policy_scenario, 'round', votes.round
from evidence.votes as votes
join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
where votes.round is not null
group by prompts.policy_scenario, votes.round
order by scenario, what, value
