-- Grain: a dimension of a scenario.
-- Where the version stands in the space of objectives: on each dimension, how often its chosen sides are the better ones.
with weighed as (
    select pairs.scenario, directions.dimension, directions.with_winner, cast(round(pairs.weight * 1e6) as bigint) as millionths
    from teaching.directions as directions
    join teaching.pairs as pairs on pairs.pair_id = directions.pair_id
),
counted as (
    select
        scenario, dimension,
        count(*) as pairs,
        sum(millionths) as weight,
        sum(cast(millionths as decimal(19, 0)) * cast(millionths as decimal(19, 0))) as squares,
        sum(case when with_winner then millionths else 0 end) as better
    from weighed
    group by scenario, dimension
),
shared as (
    select
        *,
        effective_number(weight, squares) as effective,
        cast(better as double) / nullif(cast(weight as double), 0e0) as share
    from counted
)
select
    scenario, dimension, pairs, weight / 1e6 as weight, effective, share,
    wilson_low(share, effective) as low, wilson_high(share, effective) as high
from shared
