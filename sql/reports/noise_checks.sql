-- Grain: a measure of a noise check on a slice, of one check or of all.
-- What failed first, and then what came nearest to failing: whoever reads one line reads the right one.
select
    noise, measure, slice, name, stratum, value as figure, low, high, n, threshold, beyond, unit, passed, severity, meaning, action,
    scenario
from noise.checks
where $noise is null or noise = $noise
order by
    noise,
    case when passed then 1 else 0 end,
    round(case beyond
        when 'above' then value - threshold
        when 'below' then threshold - value
        else greatest(value - threshold, 1 - threshold - value)
    end, 9) desc,
    measure, slice, name
