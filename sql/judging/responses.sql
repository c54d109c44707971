-- Grain: a response that a model judge may be asked to score, in the order of lots.
-- One text, one generator where it is known: what a request is made of, and what its record says. Texts of frozen evaluation
-- sets are left alone: what is said of them would train on them.
with described as (
    select
        response_id, any_value(content) as content, min(generator) as generator,
        coalesce(list_sort(list_distinct(list(generator_family) filter (where generator_family is not null))), []) as families
    from ledger.responses
    group by response_id
),
drawn as (
    select
        responses.response_id, responses.prompt_id,
        md5(concat_ws('/', cast($seed as varchar), responses.response_id)) as lot
    from evidence.responses as responses
)
select
    drawn.response_id, asked.messages, described.content, shown.messages as shown_messages,
    shown_response.content as shown_content, described.generator, described.families,
    prompts.policy_scenario,
    nullif(prompts.task, 'unknown') as task,
    nullif(prompts.scenario, 'general') as scenario,
    prompts.risk_level,
    nullif(prompts.language, 'und') as language,
    drawn.lot
from drawn
join described on described.response_id = drawn.response_id
join evidence.prompts as prompts on prompts.prompt_id = drawn.prompt_id
left join privacy.prompts as shown on shown.prompt_id = prompts.prompt_id
left join privacy.masked as shown_response on shown_response.text = 'response' and shown_response.id = drawn.response_id
join ledger.prompts as asked on asked.seq = prompts.seq
anti join evidence.contaminated as frozen on frozen.kind = 'prompt' and frozen.id = prompts.prompt_id
anti join evidence.contaminated as copied on copied.kind = 'response' and copied.id = drawn.response_id
where ($scenario is null or prompts.scenario = $scenario)
    and ($risks is null or list_contains(string_split($risks, ','), prompts.risk_level))
    and ($only is null or list_contains(string_split($only, ','), drawn.response_id))
qualify row_number() over (order by drawn.lot, drawn.response_id) <= $most
