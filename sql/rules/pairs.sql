-- Grain: a pair that rules may judge, of the prompts from one id to before another, or to the end.
-- Every pair is looked at: rules cost nothing. The ids of its sides lead to the texts, which stand apart because many pairs share them.
select pairs.pair_id, pairs.a, pairs.b, prompts.policy_scenario
from evidence.pairs as pairs
join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
where pairs.prompt_id >= $first and ($beyond = '' or pairs.prompt_id < $beyond)
