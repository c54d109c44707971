-- Grain: a figure of what a version teaches, over the pairs that somebody spoke of since, of one source or of all (null).
-- The same figures as in teaching.*, for what is new alone: a whole that moved by two points hides a batch that moved by forty.
with told as (
    select
        'ordering' as measure, conflicts.scenario, conflicts.risk_level, conflicts.upper as one, conflicts.lower as other,
        conflicts.follows as hit, conflicts.weight, fresh.source
    from teaching.conflicts as conflicts
    join manifest.fresh as fresh on fresh.pair_id = conflicts.pair_id
    union all
    select 'styles', contrasts.scenario, '', contrasts.style, '', contrasts.chosen_has, contrasts.weight, fresh.source
    from teaching.contrasts as contrasts
    join manifest.fresh as fresh on fresh.pair_id = contrasts.pair_id
    where contrasts.scenario <> '*'
    union all
    select 'styles', '*', '', contrasts.style, '', contrasts.chosen_has, contrasts.weight, fresh.source
    from teaching.contrasts as contrasts
    join manifest.fresh as fresh on fresh.pair_id = contrasts.pair_id
    union all
    select 'positions', pairs.scenario, '', directions.dimension, '', directions.with_winner, pairs.weight, fresh.source
    from teaching.directions as directions
    join teaching.pairs as pairs on pairs.pair_id = directions.pair_id
    join manifest.fresh as fresh on fresh.pair_id = pairs.pair_id
),
counted as (
    select
        measure, scenario, risk_level, one, other, source,
        count(*) as pairs,
        sum(cast(round(weight * 1e6) as bigint)) as weight,
        sum(cast(cast(round(weight * 1e6) as bigint) as decimal(19, 0))
            * cast(cast(round(weight * 1e6) as bigint) as decimal(19, 0))) as squares,
        sum(case when hit then cast(round(weight * 1e6) as bigint) else 0 end) as hits
    from told
    group by grouping sets (
        (measure, scenario, risk_level, one, other, source), (measure, scenario, risk_level, one, other)
    )
)
select
    measure, scenario, risk_level, one, other, source, pairs,
    effective_number(weight, squares) as effective,
    cast(hits as double) / nullif(cast(weight as double), 0e0) as share
from counted
order by measure, scenario, risk_level, one, other, source
