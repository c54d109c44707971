-- Grain: a share of judgements, in a bootstrap replicate (0: the data as they are).
-- How often a blunt rule is right and how often raters repeat or contradict themselves are plain shares; only their
-- intervals need the replicates, because judgements of one prompt are not independent.
with counted as (
    select * from noise.baseline_sums
    union all
    select * from noise.repeat_sums
)
select
    metric, slice, name, other, unit, tie_policy, replicate,
    cast(sum(weight * hits) as double) / cast(sum(weight * n) as double) as value,
    cast(sum(n) as bigint) as n,
    count(*) as parts
from counted
join noise.replicates as replicates on replicates.part = counted.part
group by metric, slice, name, other, unit, tie_policy, replicate
