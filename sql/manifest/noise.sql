-- Grain: a measure of a noise check on a slice: everything that failed, and of each check what came nearest to failing.
-- A release says what is known to be noisy in it; a figure that is well within its threshold says little,
-- and one that rests on too little to fail is told only where no other is.
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
)
select noise, measure, slice, name, value, low, high, n, threshold, beyond, unit, passed, severity, meaning, action
from ranked
where place = 1 or (not passed and place <= 10)
order by noise, place
