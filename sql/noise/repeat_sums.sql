-- Grain: a way of judging again, a slice, a tie policy, and a part of the prompts.
-- A rater who does not agree with itself cannot agree with others: how often the same was said again, whatever the order
-- shown, and in both orders; and how often a rater, or the majority of a stratum, changed from one round to the next.
with again as (
    select
        'self_consistency' as metric, 'vote' as unit, later.part, later.stratum, later.dimension, later.rater_id,
        first.choice as before, later.choice as after
    from noise.repeats as first
    join noise.repeats as later
        on later.pair_id = first.pair_id and later.dimension = first.dimension and later.rater_id = first.rater_id
    where first.place = 1 and later.place > 1
),
orders as (
    select *, row_number() over (partition by pair_id, dimension, rater_id, a_shown_first order by place) as turn
    from noise.repeats
    where a_shown_first is not null
),
in_both_orders as (
    select
        'order_consistency' as metric, 'vote' as unit, one.part, one.stratum, one.dimension, one.rater_id,
        one.choice as before, other.choice as after
    from orders as one
    join orders as other
        on other.pair_id = one.pair_id and other.dimension = one.dimension and other.rater_id = one.rater_id
    where one.turn = 1 and other.turn = 1 and one.a_shown_first and not other.a_shown_first
),
rounds as (
    select
        'flip_rate' as metric, 'vote' as unit, part, stratum, dimension, rater_id,
        lag(choice) over (partition by pair_id, dimension, rater_id order by place) as before,
        choice as after
    from noise.repeats
    where place_in_round = 1
),
majorities as (
    select
        panels.pair_id, panels.part, panels.stratum, panels.dimension, rounds.place,
        case when a > tie and a > b then 'a' when tie > a and tie > b then 'tie' else 'b' end as choice
    from noise.panels as panels
    join noise.rounds as rounds on rounds.round = panels.round
    -- Without a choice ahead of the others there is no majority.
    where unit = 'round' and ((a > tie and a > b) or (tie > a and tie > b) or (b > a and b > tie))
),
majority_rounds as (
    select
        'majority_flip_rate' as metric, 'pair' as unit, part, stratum, dimension, cast(null as varchar) as rater_id,
        lag(choice) over (partition by pair_id, dimension, stratum order by place) as before,
        choice as after
    from majorities
),
every as (
    select * from again
    union all
    select * from in_both_orders
    union all
    select * from rounds where before is not null
    union all
    select * from majority_rounds where before is not null
),
counted as (
    select
        metric, unit, stratum, dimension, rater_id, part, tie_policy,
        count(*) as n,
        count(*) filter (where (before = after) = (metric in ('self_consistency', 'order_consistency'))) as hits
    from (
        select *, 'ties counted' as tie_policy from every
        union all
        select *, 'ties left out' from every where before <> 'tie' and after <> 'tie'
    ) as policies
    group by metric, unit, stratum, dimension, rater_id, part, tie_policy
),
-- Of many raters, the fifty who repeated themselves most.
raters as (
    select rater_id
    from counted
    where rater_id is not null and tie_policy = 'ties counted'
    group by rater_id
    order by sum(n) desc, rater_id
    limit 50
),
sliced as (
    select metric, 'all' as slice, cast(null as varchar) as name, unit, tie_policy, part, hits, n from counted
    union all
    select metric, 'stratum', stratum, unit, tie_policy, part, hits, n from counted
    union all
    select metric, 'dimension', dimension, unit, tie_policy, part, hits, n from counted
    union all
    select metric, 'rater', rater_id, unit, tie_policy, part, hits, n
    from counted
    where rater_id in (select rater_id from raters)
)
select
    metric, slice, name, cast(null as varchar) as other, unit, tie_policy, part,
    cast(sum(hits) as bigint) as hits,
    cast(sum(n) as bigint) as n
from sliced
group by metric, slice, name, unit, tie_policy, part
