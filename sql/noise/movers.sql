-- Grain: a rater on a dimension that N3 counts as changed, and by which measure.
-- By name, so that whoever reads that a stratum is held can ask whose votes hold it. A change counts where chance would not give it to one
-- of all raters tested in one of twenty ledgers, and where it is a tenth or more.
with tested as (
    select stratum, count(*) as raters
    from noise.raters
    where dated >= 20
    group by stratum
),
-- Whoever is joined by worse raters agrees with the others less and is no other than before: the rater model, which knows how good those
-- are, tells. Of a change since the fit in use it knows nothing.
steady as (
    select rater_id, dimension, stratum
    from noise.parameters
    group by rater_id, dimension, stratum
    having count(*) > 1 and max(low) <= min(high)
)
select
    'changed_raters' as measure, changes.rater_id, changes.dimension, changes.stratum, changes.n, changes.changed_at,
    changes.agreement_before as before, changes.agreement_after as after
from noise.changes as changes
join tested on tested.stratum = changes.stratum
anti join steady
    on steady.rater_id = changes.rater_id and steady.dimension = changes.dimension and steady.stratum = changes.stratum
where 2 * exp(-2 * changes.statistic * changes.statistic) * tested.raters <= 0.05e0
    and abs(changes.agreement_after - changes.agreement_before) >= 0.1e0
union all
select
    case what when 'scale' then 'moved_scales' else 'moved_on_golden' end, rater_id, dimension, stratum, n, changed_at,
    before, after
from noise.drifts
where sure and abs(after - before) >= 0.1e0
