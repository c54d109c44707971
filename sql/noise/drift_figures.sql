-- Grain: a measure of drift and a slice.
-- How much of a stratum comes from raters who surely changed (by a tenth or more, be it of agreement, of the scale or of being
-- right on settled pairs) among those of whom that can be known, and how far a month of it fell below all its months on settled pairs.
-- Change points, not eyes. And how often it says the opposite there: beyond half, the fit reads it the other way round.
with agreeing as (
    select stratum, cast(sum(dated) as bigint) as n
    from noise.raters
    where dated >= 20
    group by stratum
),
moved as (
    select measure, stratum, sum(n) as n
    from noise.movers
    group by measure, stratum
),
moving as (
    select
        case what when 'scale' then 'moved_scales' else 'moved_on_golden' end as measure, stratum,
        cast(sum(n) as bigint) as n
    from noise.drifts
    group by what, stratum
    union all
    select 'changed_raters', stratum, n
    from agreeing
),
months as (
    select stratum, month, sum(held) as held, sum(held_hits) as hits
    from noise.backtests
    where month <> '' and held > 0
    group by stratum, month
),
-- Of pairs that their votes chose, even good raters miss most, if experts contradict them; the rater model knows who is good all the
-- same. So there only votes of raters it believes below chance can be the opposite; what they are a share of is all votes.
sided as (
    select
        backtests.stratum,
        cast(sum(backtests.votes) as bigint) as votes,
        sum(case when raters.reliability < 0.5 then backtests.opposed else backtests.held_opposed end) as opposed
    from noise.backtests as backtests
    left join noise.raters as raters
        on raters.rater_id = backtests.rater_id and raters.dimension = backtests.dimension and raters.stratum = backtests.stratum
    group by backtests.stratum
),
held as (
    select
        stratum, month, held, hits / held as hit_rate,
        sum(hits) over (partition by stratum) / sum(held) over (partition by stratum) as over_all,
        count(*) over (partition by stratum) as months
    from months
)
select
    moving.measure, '*' as scenario, 'stratum' as slice, moving.stratum as name, moving.stratum,
    coalesce(moved.n, 0) / moving.n as value,
    cast(null as double) as low, cast(null as double) as high,
    moving.n
from moving
left join moved on moved.measure = moving.measure and moved.stratum = moving.stratum
union all
select
    'backtest', '*', 'month', concat(stratum, ' ', month), stratum,
    greatest(0e0, over_all - hit_rate),
    greatest(0e0, over_all - wilson_high(hit_rate, held)),
    greatest(0e0, over_all - wilson_low(hit_rate, held)),
    cast(held as bigint)
from held
where months > 1
union all
select
    'opposite_on_golden', '*', 'stratum', stratum, stratum,
    opposed / votes, wilson_low(opposed / votes, votes), wilson_high(opposed / votes, votes),
    votes
from sided
