-- Grain: two dimensions of a scenario at a risk, one of the five hundred cells that most is known of.
-- The value ordering as the manifest carries it.
select scenario, risk_level, upper, lower, declared, pairs, effective, follows, low, high, contradicts
from (
    select *, row_number() over (order by effective desc, scenario, risk_level, upper, lower) as place
    from teaching.ordering
) as ranked
where place <= 500
order by scenario, risk_level, upper, lower
