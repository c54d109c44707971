-- Grain: a response of a pair, of the prompts from one id to before another, or to the end.
-- What rules look at, once per text, and what decides which rules are for it.
with pairs as (
    select a, b from evidence.pairs where prompt_id >= $first and ($beyond = '' or prompt_id < $beyond)
),
compared as (
    select a as response_id from pairs
    union
    select b as response_id from pairs
)
select
    responses.response_id as id, texts.content, nullif(prompts.task, 'unknown') as task, prompts.risk_level,
    prompts.policy_scenario
from compared
join evidence.responses as responses on responses.response_id = compared.response_id
join ledger.responses as texts on texts.seq = responses.seq
join evidence.prompts as prompts on prompts.prompt_id = responses.prompt_id
