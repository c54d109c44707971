-- Grain: a measure of a noise check on a slice, of one check or of all.
-- What failed first, and then what came nearest to failing: whoever reads one line reads the right one. By the end of the interval
-- that is nearest to passing, because a figure fails as a whole: 1 of 1 is far from it, and so is what rests on too little.
select
    noise, measure, slice, name, stratum, value as figure, low, high, n, threshold, beyond, unit, passed, severity, meaning, action,
    scenario
from noise.checks
where $noise is null or noise = $noise
order by
    noise,
    case when not passed then 0 when enough then 1 else 2 end,
    round(case beyond
        when 'above' then coalesce(low, value) - threshold
        when 'below' then threshold - coalesce(high, value)
        else greatest(coalesce(low, value) - threshold, 1 - threshold - coalesce(high, value))
    end, 9) desc,
    measure, slice, name
