-- Grain: a rule a ruler could follow, a stratum (and a dimension), and a part of the prompts.
-- How often the longer answer won, the one shown first, the one with more markdown, the one that hedges less: what so blunt
-- a rule predicts shows little else. Once over the raters' decided votes, once over the pairs that a majority decided.
with panels as (
    select
        panels.unit, panels.stratum, panels.dimension, panels.part,
        panels.a, panels.b, panels.first_won, panels.ordered,
        case
            when panels.a > panels.b and panels.a > panels.tie then 'a'
            when panels.b > panels.a and panels.b > panels.tie then 'b'
        end as winner,
        sign(panels.a_first - panels.b_first) as shown,
        sign(pairs.features_a.characters - pairs.features_b.characters) as longer,
        sign(pairs.features_a.markdown - pairs.features_b.markdown) as marked,
        sign(cast(pairs.features_b.hedged as integer) - cast(pairs.features_a.hedged as integer)) as unhedged
    from noise.panels as panels
    join evidence.pairs as pairs on pairs.pair_id = panels.pair_id
),
-- What a rule says of a pair is one of three things, so pairs are counted before rules are held against them.
counted as (
    select
        unit, stratum, dimension, part, winner, shown, longer, marked, unhedged,
        sum(a) as a, sum(b) as b, sum(first_won) as first_won, sum(ordered) as ordered, count(*) as pairs
    from panels
    group by unit, stratum, dimension, part, winner, shown, longer, marked, unhedged
),
ruled as (
    select *, 'baseline_longer' as metric, longer as says from counted
    union all
    select *, 'baseline_markdown', marked from counted
    union all
    select *, 'baseline_unhedged', unhedged from counted
    union all
    select *, 'baseline_first', shown from counted
),
judged as (
    select
        metric, stratum, dimension, unit, part,
        sum(case when (winner = 'a' and says > 0) or (winner = 'b' and says < 0) then pairs else 0 end) as hits,
        sum(case when winner is not null and says <> 0 then pairs else 0 end) as n
    from ruled
    group by metric, stratum, dimension, unit, part
    union all
    select
        metric, stratum, dimension, 'vote', part,
        sum(case when metric = 'baseline_first' then first_won when says > 0 then a when says < 0 then b else 0 end),
        sum(case when metric = 'baseline_first' then ordered when says <> 0 then a + b else 0 end)
    from ruled
    where unit = 'pair'
    group by metric, stratum, dimension, part
),
sliced as (
    select metric, 'stratum' as slice, stratum as name, cast(null as varchar) as other, unit, part, hits, n from judged
    union all
    select metric, 'stratum and dimension', stratum, dimension, unit, part, hits, n from judged
)
select
    metric, slice, name, other, unit, 'ties left out' as tie_policy, part,
    cast(sum(hits) as bigint) as hits,
    cast(sum(n) as bigint) as n
from sliced
where n > 0
group by metric, slice, name, other, unit, part
