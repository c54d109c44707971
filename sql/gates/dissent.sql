-- Grain: a stratum, or one of its raters.
-- How often the votes that came since the parent contradict what everybody else says of the pair, against the same before.
-- Nobody is a witness of the own votes. A pair on which the others are even says nothing. Votes on one pair are one observation for
-- the interval, however many dimensions they are on.
with leads as (
    select pair_id, dimension, sum(side) as lead
    from gates.votes
    group by pair_id, dimension
),
own as (
    select pair_id, dimension, rater_id, sum(side) as lead
    from gates.votes
    group by pair_id, dimension, rater_id
),
held as (
    select
        votes.pair_id, votes.rater_id, votes.stratum, votes.fresh,
        (leads.lead - own.lead) * votes.side < 0 as against
    from gates.votes as votes
    join leads on leads.pair_id = votes.pair_id and leads.dimension = votes.dimension
    join own
        on own.pair_id = votes.pair_id and own.dimension = votes.dimension and own.rater_id = votes.rater_id
    where leads.lead <> own.lead
),
sliced as (
    select 'stratum=' || stratum as slice, * from held
    union all
    select 'rater=' || rater_id || ', stratum=' || stratum, * from held
),
counted as (
    select
        slice,
        count(distinct case when fresh then pair_id end) as n,
        count(distinct case when not fresh then pair_id end) as before_n,
        count(*) filter (where fresh) as votes,
        count(*) filter (where fresh and against) as bad,
        count(*) filter (where not fresh) as earlier,
        count(*) filter (where not fresh and against) as earlier_bad,
        list_sort(list(distinct pair_id) filter (where fresh and against)) as samples
    from sliced
    group by slice
    having count(*) filter (where fresh) > 0
)
select
    'agreement' as gate, '*' as scenario, slice,
    bad / votes as value,
    wilson_low(bad / votes, n) as low,
    wilson_high(bad / votes, n) as high,
    n,
    earlier_bad / nullif(earlier, 0) as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
