-- Grain: a chosen pair with its texts.
-- What a request to a judge is made of, and what its verdict's record says: the texts as the ledger has them, so that the verdict comes
-- back to the same pair; and, where something personal was found in them, what may be sent instead.
with chosen as (
    select unnest(string_split($pairs, ',')) as pair_id
)
select
    pairs.pair_id, asked.messages, one.content as text_a, other.content as text_b,
    shown.messages as shown_messages, shown_a.content as shown_a, shown_b.content as shown_b,
    pairs.generators_a, pairs.generators_b,
    nullif(prompts.task, 'unknown') as task,
    nullif(prompts.scenario, 'general') as scenario,
    prompts.risk_level,
    nullif(prompts.language, 'und') as language
from chosen
join evidence.pairs as pairs on pairs.pair_id = chosen.pair_id
join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
left join privacy.prompts as shown on shown.prompt_id = pairs.prompt_id
left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = pairs.a
left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = pairs.b
join ledger.prompts as asked on asked.seq = prompts.seq
join ledger.responses as one on one.seq = pairs.seq_a
join ledger.responses as other on other.seq = pairs.seq_b
