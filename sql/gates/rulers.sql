-- Grain: a ruler, a governing scenario, and a stratum on a dimension.
-- How well something that reads no text foretells the votes that came since the parent, and how well it foretold those before: a
-- batch that rewards length, the place on the screen or markdown shows here before a model learns it. Each way round is a row:
-- to prefer the shorter is as much a habit. Votes on one pair are one observation for the interval.
with paired as (
    -- Summed first: counting distinct pairs costs, and sides are measured by the pair.
    select
        stratum, dimension, pair_id, fresh,
        count(*) as votes, count(*) filter (where side > 0) as for_a,
        count(shown_first) as by_place, count(*) filter (where shown_first) as shown
    from gates.votes
    group by stratum, dimension, pair_id, fresh
),
measured as (
    select
        prompts.policy_scenario as scenario,
        paired.stratum, paired.dimension, paired.pair_id, paired.fresh, paired.votes, paired.by_place, paired.shown,
        case
            when pairs.features_a.characters > pairs.features_b.characters then paired.for_a
            when pairs.features_a.characters < pairs.features_b.characters then paired.votes - paired.for_a
        end as longer,
        case
            when pairs.features_a.markdown > pairs.features_b.markdown then paired.for_a
            when pairs.features_a.markdown < pairs.features_b.markdown then paired.votes - paired.for_a
        end as marked
    from paired
    join evidence.pairs as pairs on pairs.pair_id = paired.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
),
told as (
    select scenario, stratum, dimension, pair_id, fresh, 'longer' as ruler, 'shorter' as other, votes, longer as hits
    from measured
    where longer is not null
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'shown first', 'shown second', by_place, shown
    from measured
    where by_place > 0
    union all
    select scenario, stratum, dimension, pair_id, fresh, 'more markdown', 'less markdown', votes, marked
    from measured
    where marked is not null
),
counted as (
    select
        ruler, other, scenario, stratum, dimension,
        count(*) filter (where fresh) as n,
        count(*) filter (where not fresh) as before_n,
        sum(votes) filter (where fresh) as votes,
        sum(hits) filter (where fresh) as hits,
        sum(votes) filter (where not fresh) as earlier,
        sum(hits) filter (where not fresh) as earlier_hits,
        list_sort(list(pair_id) filter (where fresh and hits > 0)) as samples,
        list_sort(list(pair_id) filter (where fresh and hits < votes)) as other_samples
    from told
    group by ruler, other, scenario, stratum, dimension
    having count(*) filter (where fresh) > 0
),
ways as (
    select ruler, scenario, stratum, dimension, n, before_n, votes, hits, earlier, earlier_hits, samples
    from counted
    union all
    select
        other, scenario, stratum, dimension, n, before_n, votes, votes - hits, earlier, earlier - earlier_hits, other_samples
    from counted
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
from ways
