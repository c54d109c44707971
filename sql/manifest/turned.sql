-- Grain: a rater on a dimension whose agreement with the others changed, one of the hundred surest.
-- Who turned, and when: held against the release before, it says who turned since.
select
    rater_id, dimension, stratum, cast(cast(changed_at as date) as varchar) as changed_at,
    statistic, n, agreement_before, agreement_after
from (
    select *, row_number() over (order by statistic desc, rater_id, dimension, stratum) as place
    from noise.changes
) as ranked
where place <= 100
order by rater_id, dimension, stratum
