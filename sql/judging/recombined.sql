-- Grain: two responses to one prompt that nobody compared, in canonical order.
-- Logs hold single answers, and models write more: put together, they are pairs. Of a prompt with many, the few that are closest in
-- how they were rated come first, because they say most; where ratings are missing, the lot decides. Sides that differ only in what the
-- policy hides are the same to a judge.
with rated as (
    select response_id, cast(sum(cast(round(unit_value * 1e9) as bigint)) as double) / (count(*) * 1e9) as score
    from evidence.normalised_ratings
    where dimension = 'overall'
    group by response_id
),
described as (
    select
        responses.response_id, responses.prompt_id, responses.generators, responses.seq, rated.score,
        coalesce(
            list_sort(list_distinct(list(said.generator_family) filter (where said.generator_family is not null))), []
        ) as families
    from evidence.responses as responses
    join ledger.responses as said on said.response_id = responses.response_id
    left join rated on rated.response_id = responses.response_id
    anti join evidence.contaminated as frozen on frozen.kind = 'response' and frozen.id = responses.response_id
    group by responses.response_id, responses.prompt_id, responses.generators, responses.seq, rated.score
),
together as (
    select
        pair_id(one.response_id, other.response_id) as pair_id, one.prompt_id, one.response_id as a, other.response_id as b,
        one.seq as seq_a, other.seq as seq_b,
        one.generators as generators_a, other.generators as generators_b,
        list_sort(list_distinct(list_concat(one.families, other.families))) as families,
        coalesce(1 - abs(one.score - other.score), 0.5) as hardness
    from described as one
    join described as other on other.prompt_id = one.prompt_id and other.response_id > one.response_id
),
fresh as (
    select together.*, md5(concat_ws('/', cast($seed as varchar), together.pair_id)) as lot
    from together
    anti join evidence.pairs as compared on compared.pair_id = together.pair_id
    anti join evidence.contaminated as frozen on frozen.kind = 'prompt' and frozen.id = together.prompt_id
    left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = together.a
    left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = together.b
    where not shown_alike(shown_a.content, shown_b.content)
        and ($only is null or list_contains(string_split($only, ','), together.pair_id))
),
chosen as (
    select *
    from fresh
    qualify row_number() over (partition by prompt_id order by hardness desc, lot, pair_id) <= $each
)
select
    chosen.pair_id, asked.messages, one.content as text_a, other.content as text_b,
    shown.messages as shown_messages, shown_a.content as shown_a, shown_b.content as shown_b,
    chosen.generators_a, chosen.generators_b, chosen.families,
    prompts.policy_scenario,
    nullif(prompts.task, 'unknown') as task,
    nullif(prompts.scenario, 'general') as scenario,
    prompts.risk_level,
    nullif(prompts.language, 'und') as language,
    chosen.hardness, chosen.lot
from chosen
join evidence.prompts as prompts on prompts.prompt_id = chosen.prompt_id
left join privacy.prompts as shown on shown.prompt_id = chosen.prompt_id
left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = chosen.a
left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = chosen.b
join ledger.prompts as asked on asked.seq = prompts.seq
join ledger.responses as one on one.seq = chosen.seq_a
join ledger.responses as other on other.seq = chosen.seq_b
where ($scenario is null or prompts.scenario = $scenario)
    and ($risks is null or list_contains(string_split($risks, ','), prompts.risk_level))
qualify row_number() over (order by case when $hard then chosen.hardness else 0 end desc, chosen.lot, chosen.pair_id) <= $most
