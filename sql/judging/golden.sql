-- Grain: a golden pair and a dimension whose answer is known: what a judge is examined on.
-- What people settled is the answer. Where nobody had to settle anything, experts judged the pair and the estimate is sure; the votes
-- of other judges are in that estimate, so it must not be close. Sides that differ only in what the policy hides are the same to a
-- judge, and examine nobody.
with known as (
    select
        estimate.pair_id, estimate.dimension,
        case
            when settled.choice is not null then settled.choice
            when estimate.p_a >= 0.8 then 'a'
            when estimate.p_b >= 0.8 then 'b'
        end as answer
    from noise.preferences as estimate
    left join noise.settlements as settled
        on settled.pair_id = estimate.pair_id and settled.dimension = estimate.dimension and settled.settled
    where settled.choice is not null
        or array_length(list_filter(estimate.strata, lambda s: s.stratum = 'expert/offline')) > 0
),
families as (
    select response_id, list_distinct(list(generator_family)) as families
    from ledger.responses
    where generator_family is not null
    group by response_id
)
select
    known.pair_id, known.dimension, known.answer, prompts.policy_scenario, prompts.risk_level,
    list_sort(list_distinct(list_concat(coalesce(one.families, []), coalesce(other.families, [])))) as families,
    md5(concat_ws('/', cast($seed as varchar), 'exam', known.pair_id)) as lot
from layers.golden as golden
join known on known.pair_id = golden.record_id and known.answer in ('a', 'b')
join evidence.pairs as pairs on pairs.pair_id = known.pair_id
join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
left join families as one on one.response_id = pairs.a
left join families as other on other.response_id = pairs.b
left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = pairs.a
left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = pairs.b
where golden.kind = 'pairs' and not shown_alike(shown_a.content, shown_b.content)
