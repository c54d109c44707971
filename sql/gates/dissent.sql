-- Grain: a stratum, or one of its raters.
-- How often the votes that came since the parent contradict what everybody else says of the pair, against the same before.
-- Nobody is a witness of the own votes. A pair on which the others are even says nothing.
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
        count(*) filter (where fresh) as n,
        count(*) filter (where fresh and against) as bad,
        count(*) filter (where not fresh) as before_n,
        count(*) filter (where not fresh and against) as earlier,
        list_sort(list(distinct pair_id) filter (where fresh and against)) as samples
    from sliced
    group by slice
    having count(*) filter (where fresh) > 0
)
select
    'agreement' as gate, '*' as scenario, slice,
    bad / n as value,
    wilson_low(bad / n, n) as low,
    wilson_high(bad / n, n) as high,
    n,
    earlier / nullif(before_n, 0) as before,
    before_n,
    coalesce(array_slice(samples, 1, 5), cast([] as varchar[])) as samples
from counted
