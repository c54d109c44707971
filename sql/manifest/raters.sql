-- Grain: a rater in a stratum on a dimension, one of those whose reliability stands out.
-- The ten surely best and the ten surely worst, by the near end of the interval, of those who gave twenty votes or more where
-- votes say how good a stratum is. How far copies repeat each other is told of those that have a sibling.
with families as (
    select rater_id, min(family) as family
    from ledger.raters
    group by rater_id
),
siblings as (
    select family
    from families
    where family is not null
    group by family
    having count(*) > 1
),
ranked as (
    select
        *,
        row_number() over (order by reliability_low desc, rater_id, dimension, stratum) as from_best,
        row_number() over (order by reliability_high, rater_id, dimension, stratum) as from_worst
    from noise.raters
    where decided and votes >= 20
)
select
    ranked.rater_id, ranked.dimension, ranked.stratum, ranked.votes,
    ranked.reliability, ranked.reliability_low, ranked.reliability_high,
    ranked.side_bias,
    case when siblings.family is not null then ranked.copying end as copying,
    cast(cast(ranked.changed_at as date) as varchar) as changed_at
from ranked
left join families on families.rater_id = ranked.rater_id
left join siblings on siblings.family = families.family
where ranked.from_best <= 10 or ranked.from_worst <= 10
order by ranked.reliability desc, ranked.rater_id, ranked.dimension, ranked.stratum
