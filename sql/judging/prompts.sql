-- Grain: a prompt that has fewer responses than a pair is made of, in the order of lots.
-- What models are asked to answer, and what it has been answered so far, so that the same is not said twice. Texts of frozen
-- evaluation sets are left alone: what is made for them would train on them.
with answered as (
    select
        responses.prompt_id, count(*) as responses,
        list_sort(list(texts.content)) as contents
    from evidence.responses as responses
    join ledger.responses as texts on texts.seq = responses.seq
    group by responses.prompt_id
),
drawn as (
    select *, md5(concat_ws('/', cast($seed as varchar), 'generate', prompt_id)) as lot
    from evidence.prompts
)
select
    prompts.prompt_id, asked.messages, shown.messages as shown_messages,
    coalesce(answered.contents, []) as contents,
    prompts.policy_scenario,
    nullif(prompts.task, 'unknown') as task,
    nullif(prompts.scenario, 'general') as scenario,
    prompts.risk_level,
    nullif(prompts.language, 'und') as language,
    prompts.lot
from drawn as prompts
left join privacy.prompts as shown on shown.prompt_id = prompts.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
left join answered on answered.prompt_id = prompts.prompt_id
anti join evidence.contaminated as frozen on frozen.kind = 'prompt' and frozen.id = prompts.prompt_id
where coalesce(answered.responses, 0) < $fewer
    and ($scenario is null or prompts.scenario = $scenario)
    and ($risks is null or list_contains(string_split($risks, ','), prompts.risk_level))
qualify row_number() over (order by prompts.lot, prompts.prompt_id) <= $most
