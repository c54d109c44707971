-- Grain: a measure of a noise check on a slice: everything that failed, and of each check what came nearest to failing.
-- A release says what is known to be noisy in it; a figure that is well within its threshold says little,
-- and one that rests on too little to fail is told only where no other is. Where a figure counts raters, it is said how many, and those
-- with most votes are named, with what they did before and after.
with distances as (
    select
        *,
        round(case beyond
            when 'above' then value - threshold
            when 'below' then threshold - value
            else greatest(value - threshold, 1 - threshold - value)
        end, 9) as distance
    from noise.checks
),
ranked as (
    select
        *,
        row_number() over (
            partition by noise
            order by case when not passed then 0 when enough then 1 else 2 end, distance desc, measure, slice, name
        ) as place
    from distances
),
moved as (
    select
        *,
        row_number() over (partition by measure, stratum order by n desc, rater_id, dimension) as place
    from noise.movers
),
named as (
    select
        measure, stratum,
        count(*) as movers,
        list_sort(list({
            'place': place, 'rater_id': rater_id, 'dimension': dimension, 'votes': n,
            'changed_at': cast(cast(changed_at as date) as varchar), 'before': before, 'after': after
        }) filter (where place <= 8)) as raters
    from moved
    group by measure, stratum
)
select
    ranked.noise, ranked.measure, ranked.slice, ranked.name, ranked.value, ranked.low, ranked.high, ranked.n, ranked.threshold,
    ranked.beyond, ranked.unit, ranked.passed, ranked.severity, ranked.meaning, ranked.action,
    coalesce(named.movers, 0) as movers,
    named.raters
from ranked
left join named on named.measure = ranked.measure and named.stratum = ranked.stratum
where place = 1 or (not passed and place <= 10)
order by ranked.noise, ranked.place
