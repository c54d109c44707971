-- Grain: a ruler, a governing scenario, and a stratum on a dimension.
-- How well something that reads no text foretells the votes that came since the parent, and how well it foretold those before: a
-- batch that rewards length, the place on the screen or markdown shows here before a model learns it. Each way round is a row:
-- to prefer the shorter is as much a habit. Votes on one pair are one observation for the interval.
with paired as (
    -- Summed first: counting distinct pairs costs, and each ruler would count them both ways round.
    select
        scenario, stratum, dimension, pair_id, fresh,
        count(longer) as by_length, count(*) filter (where longer) as longer,
        count(shown_first) as by_place, count(*) filter (where shown_first) as shown,
        count(marked) as by_markdown, count(*) filter (where marked) as marked
    from gates.votes
    group by scenario, stratum, dimension, pair_id, fresh
),
told as (
    select scenario, stratum, dimension, pair_id, fresh, 'longer' as ruler, by_length as votes, longer as hits from paired
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shorter', by_length, by_length - longer from paired
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shown first', by_place, shown from paired
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shown second', by_place, by_place - shown from paired
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'more markdown', by_markdown, marked from paired
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'less markdown', by_markdown, by_markdown - marked from paired
),
counted as (
    select
        ruler, scenario, stratum, dimension,
        count(*) filter (where fresh) as n,
        count(*) filter (where not fresh) as before_n,
        sum(votes) filter (where fresh) as votes,
        sum(hits) filter (where fresh) as hits,
        sum(votes) filter (where not fresh) as earlier,
        sum(hits) filter (where not fresh) as earlier_hits,
        list_sort(list(pair_id) filter (where fresh and hits > 0)) as samples
    from told
    where votes > 0
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
    -- What foretold worse than a coin foretold nothing: that it now does as well as one is no habit.
    case when earlier > 0 then greatest(earlier_hits / earlier, 0.5) end as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
