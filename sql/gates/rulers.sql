-- Grain: a ruler, a governing scenario, and a stratum on a dimension.
-- How well something that reads no text foretells the votes that came since the parent, and how well it foretold those before: a
-- batch that rewards length, the place on the screen or markdown shows here before a model learns it. Each way round is a row:
-- to prefer the shorter is as much a habit. Votes on one pair are one observation for the interval.
with told as (
    select scenario, stratum, dimension, pair_id, fresh, 'longer' as ruler, longer as hit from gates.votes
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shorter', not longer from gates.votes
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shown first', shown_first from gates.votes
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shown second', not shown_first from gates.votes
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'more markdown', marked from gates.votes
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'less markdown', not marked from gates.votes
),
counted as (
    select
        ruler, scenario, stratum, dimension,
        count(distinct case when fresh then pair_id end) as n,
        count(distinct case when not fresh then pair_id end) as before_n,
        count(*) filter (where fresh) as votes,
        count(*) filter (where fresh and hit) as hits,
        count(*) filter (where not fresh) as earlier,
        count(*) filter (where not fresh and hit) as earlier_hits,
        list_sort(list(distinct pair_id) filter (where fresh and hit)) as samples
    from told
    where hit is not null
    group by ruler, scenario, stratum, dimension
    having count(*) filter (where fresh) > 0
)
select
    'ruler' as gate, scenario,
    'stratum=' || stratum || ', dimension=' || dimension || ', preferred=' || ruler as slice,
    hits / votes as value,
    wilson_low(hits / votes, n) as low,
    wilson_high(hits / votes, n) as high,
    n,
    earlier_hits / nullif(earlier, 0) as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
