-- Grain: a dimension of a scenario, one of the five hundred that most is known of.
-- Where the version stands, as the manifest carries it.
select scenario, dimension, pairs, effective, share, low, high
from (
    select *, row_number() over (order by effective desc, scenario, dimension) as place
    from teaching.positions
) as ranked
where place <= 500
order by scenario, dimension
