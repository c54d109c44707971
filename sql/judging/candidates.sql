-- Grain: a pair that a model judge may be asked to compare.
-- Judges are paid by the question, so the most informative pairs come first: those whose sides are close in estimated quality, and
-- those about which raters contradict each other. Nothing here is text: that is read for the chosen pairs alone. Sides that differ
-- only in what the policy hides are the same to a judge.
with families as (
    select response_id, list_distinct(list(generator_family)) as families
    from ledger.responses
    where generator_family is not null
    group by response_id
)
select
    pairs.pair_id,
    placed.layer,
    prompts.scenario,
    prompts.policy_scenario,
    prompts.risk_level,
    list_sort(list_distinct(list_concat(coalesce(one.families, []), coalesce(other.families, [])))) as families,
    coalesce(1 - abs(estimate.p_a - estimate.p_b), 1) + coalesce(estimate.disagreement, 0) as hardness,
    md5(concat_ws('/', cast($seed as varchar), pairs.pair_id)) as lot
from evidence.pairs as pairs
join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
left join layers.records as placed on placed.kind = 'pairs' and placed.record_id = pairs.pair_id
left join noise.preferences as estimate on estimate.pair_id = pairs.pair_id and estimate.dimension = 'overall'
left join families as one on one.response_id = pairs.a
left join families as other on other.response_id = pairs.b
left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = pairs.a
left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = pairs.b
where not shown_alike(shown_a.content, shown_b.content)
