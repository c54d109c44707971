-- Grain: a stratum, or one of its raters.
-- How often the votes that came since the parent contradict what everybody else says of the pair, against the same before.
-- Nobody is a witness of the own votes. A pair on which the others are even says nothing. Votes on one pair are one observation for
-- the interval, however many dimensions they are on.
with held as (
    -- In one sort: what all say, less what the same rater does.
    select
        stratum, rater_id, pair_id, fresh, side,
        sum(side) over (partition by pair_id, dimension)
            - sum(side) over (partition by pair_id, dimension order by rater_id range between current row and current row)
            as others
    from gates.votes
),
-- Put together first: counting distinct pairs costs.
paired as (
    select
        stratum, rater_id, pair_id, fresh,
        count(*) as votes,
        count(*) filter (where others * side < 0) as bad
    from held
    where others <> 0
    group by stratum, rater_id, pair_id, fresh
),
sliced as (
    select stratum, rater_id, pair_id, fresh, votes, bad from paired
    union all
    select stratum, null, pair_id, fresh, sum(votes), sum(bad)
    from paired
    group by stratum, pair_id, fresh
),
counted as (
    select
        stratum, rater_id,
        count(*) filter (where fresh) as n,
        count(*) filter (where not fresh) as before_n,
        sum(votes) filter (where fresh) as votes,
        sum(bad) filter (where fresh) as bad,
        sum(votes) filter (where not fresh) as earlier,
        sum(bad) filter (where not fresh) as earlier_bad,
        list_sort(list(pair_id) filter (where fresh and bad > 0)) as samples
    from sliced
    group by stratum, rater_id
    having count(*) filter (where fresh) > 0
)
select
    'agreement' as gate, '*' as scenario,
    coalesce('rater=' || rater_id || ', ', '') || 'stratum=' || stratum as slice,
    bad / votes as value,
    wilson_low(bad / votes, n) as low,
    wilson_high(bad / votes, n) as high,
    n,
    earlier_bad / nullif(earlier, 0) as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
