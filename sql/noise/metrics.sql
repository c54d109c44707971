-- Grain: a governance figure and the slice it is measured on.
-- The first figures an annotation lead asks for, per stratum: how much was said, how often with a tie, how often for the
-- side shown first, and how often it agrees with everybody else on the same pair. All are sums over the raters' cards.
with strata as (
    select
        stratum,
        cast(sum(votes) as bigint) as votes,
        cast(sum(ordered) as bigint) as ordered,
        cast(sum(overlapping) as bigint) as overlapping,
        -- A card's rate times what it was counted over is a whole number again.
        sum(cast(round(tie_rate * votes) as bigint)) as ties,
        sum(cast(round(first_rate * ordered) as bigint)) as firsts,
        sum(cast(round(agreement * overlapping) as bigint)) as agreed
    from noise.raters
    group by stratum
),
figures as (
    select 'tie_rate' as metric, stratum, ties / votes as value, votes as n, 'ties counted' as tie_policy
    from strata
    union all
    select 'first_rate', stratum, firsts / ordered, ordered, 'ties left out'
    from strata
    where ordered > 0
    union all
    select 'agreement', stratum, agreed / overlapping, overlapping, 'ties left out'
    from strata
    where overlapping > 0
)
select
    metric,
    'stratum=' || stratum as slice,
    value,
    wilson_low(value, n) as low,
    wilson_high(value, n) as high,
    n,
    tie_policy
from figures
