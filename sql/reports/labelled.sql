-- Grain: a governing scenario and a dimension that somebody judged.
-- What a policy speaks of must be judged by somebody, and what is judged must be spoken of.
select prompts.policy_scenario as scenario, judged.dimension
from (
    select prompt_id, dimension from evidence.votes
    union
    select prompt_id, dimension from evidence.normalised_ratings
) as judged
join evidence.prompts as prompts on prompts.prompt_id = judged.prompt_id
group by prompts.policy_scenario, judged.dimension
order by prompts.policy_scenario, judged.dimension
