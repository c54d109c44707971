-- Grain: a measure of disagreement or style and a slice.
-- What noise.metrics already knows, turned so that more is worse: how often raters contradict each other and themselves (N1), and
-- how well a blunt rule predicts what they say (N2). Where all parts of the prompts say the same, resampling gives no interval, and
-- Wilson's stands in, over parts: judgements of one prompt are not independent. Of fewer than ten parts there is none.
with scenarios as (
    select scenario, min(policy_scenario) as policy_scenario
    from evidence.prompts
    group by scenario
),
turned as (
    select
        case metric when 'percent_agreement' then 'disagreement' when 'self_consistency' then 'self_contradiction'
            else 'round_flips' end as measure,
        slice, name, n, parts,
        case when metric = 'flip_rate' then value else 1 - value end as value,
        case when metric = 'flip_rate' then low else 1 - high end as low,
        case when metric = 'flip_rate' then high else 1 - low end as high
    from noise.metrics
    where tie_policy = 'ties left out'
        and (
            (metric = 'percent_agreement' and unit = 'pair' and slice in ('stratum', 'dimension', 'scenario', 'task'))
            or (metric in ('self_consistency', 'flip_rate') and unit = 'vote' and slice in ('stratum', 'dimension'))
        )
    union all
    select
        case metric when 'baseline_longer' then 'longer_wins' when 'baseline_markdown' then 'markdown_wins'
            when 'baseline_unhedged' then 'confident_wins' else 'first_wins' end,
        slice, name, n, parts, value, low, high
    from noise.metrics
    -- A rule is a ruler: whether it measures the right thing is what N6 asks.
    where slice = 'stratum' and unit = 'vote' and name not like 'rule/%'
        and metric in ('baseline_longer', 'baseline_markdown', 'baseline_unhedged', 'baseline_first')
)
select
    turned.measure,
    coalesce(scenarios.policy_scenario, '*') as scenario,
    turned.slice, turned.name,
    case when turned.slice = 'stratum' then turned.name end as stratum,
    turned.value,
    coalesce(turned.low, case when turned.parts >= 10 then wilson_low(turned.value, turned.parts) end) as low,
    coalesce(turned.high, case when turned.parts >= 10 then wilson_high(turned.value, turned.parts) end) as high,
    turned.n, turned.parts
from turned
left join scenarios on turned.slice = 'scenario' and scenarios.scenario = turned.name
