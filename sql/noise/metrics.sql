-- Grain: a governance figure: a metric, the slice it is measured on, what it counts, and how it treats ties.
-- Everything an annotation lead asks of the labels, in one place: what was said, how far raters agree with each other and
-- with themselves, and what a blunt rule would have said. Intervals are 90 %: from the 5th and 95th percentile of the
-- replicates, or Wilson's where a figure is a sum over the raters' cards.
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
cards as (
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
),
replicated as (
    select * from noise.agreement
    union all
    select * from noise.kappas
    union all
    select * from noise.shares
),
ranked as (
    select
        *,
        row_number() over (partition by metric, slice, name, other, unit, tie_policy, replicate > 0 order by value)
            as place,
        count(*) over (partition by metric, slice, name, other, unit, tie_policy, replicate > 0) as places
    from replicated
),
summed as (
    select
        metric, slice, name, other, unit, tie_policy,
        max(value) filter (where replicate = 0) as value,
        max(n) filter (where replicate = 0) as n,
        max(parts) filter (where replicate = 0) as parts,
        max(value) filter (where replicate > 0 and place = (places + 19) // 20) as low,
        max(value) filter (where replicate > 0 and place = places + 1 - (places + 19) // 20) as high
    from ranked
    group by metric, slice, name, other, unit, tie_policy
)
select
    metric, 'stratum' as slice, stratum as name, cast(null as varchar) as other, 'vote' as unit, tie_policy, value,
    wilson_low(value, n) as low,
    wilson_high(value, n) as high,
    n, cast(null as bigint) as parts
from cards
union all
select
    metric, slice, name, other, unit, tie_policy, value,
    -- Resampling a handful of parts, or parts that are all alike, tells nothing about chance.
    case when parts >= 10 and low < high then low end,
    case when parts >= 10 and low < high then high end,
    n, parts
from summed
where value is not null
