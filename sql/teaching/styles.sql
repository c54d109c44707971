-- Grain: a style of a scenario, or of all scenarios.
-- What a trainer can learn without reading: if the longer side is chosen in two of three pairs, longer answers is what comes out.
with weighed as (
    select *, cast(round(weight * 1e6) as bigint) as millionths
    from teaching.contrasts
),
counted as (
    select
        scenario, style, grouping(scenario) as over_all,
        count(*) as pairs,
        sum(millionths) as weight,
        sum(cast(millionths as decimal(19, 0)) * cast(millionths as decimal(19, 0))) as squares,
        sum(case when chosen_has then millionths else 0 end) as having_it
    from weighed
    group by grouping sets ((style), (scenario, style))
),
shared as (
    select
        *,
        effective_number(weight, squares) as effective,
        cast(having_it as double) / nullif(cast(weight as double), 0e0) as share
    from counted
)
select
    case when over_all = 1 then '*' else scenario end as scenario, style, pairs, weight / 1e6 as weight, effective, share,
    wilson_low(share, effective) as low, wilson_high(share, effective) as high
from shared
where over_all = 1 or scenario <> '*'
