-- Grain: a rating.
-- Raters use a scale each in their own way, in each task, and not for ever in the same. A rating becomes its distance from what its
-- rater gave in that task and month, in standard deviations of such distances: both drawn to what the rater gave elsewhere as if five
-- more ratings of that kind stood beside, and that to the stratum likewise. So what is rare falls back to the rater, and who is
-- rare to the stratum.
with unit as (
    select
        rating_id, ratings.prompt_id, response_id, dimension, rater_id,
        supervisor || '/' || mode as stratum,
        coalesce(prompts.task, 'unknown') as task,
        coalesce(substr(cast(cast(decided_at as date) as varchar), 1, 7), 'unknown') as span,
        (value - scale_min) / nullif(scale_max - scale_min, 0) as unit_value,
        round, decided_at,
        has_reason(rationale, reason_tags) as has_rationale
    from ledger.ratings as ratings
    left join evidence.prompts as prompts on prompts.prompt_id = ratings.prompt_id
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    anti join evidence.erased as unasked on unasked.kind = 'prompt' and unasked.id = ratings.prompt_id
    anti join evidence.erased as erased on erased.kind = 'response' and erased.id = ratings.response_id
),
fixed as (
    select *, cast(round(unit_value * 1e9) as bigint) as scaled
    from unit
    where unit_value is not null
),
-- Squares are summed exactly: of ratings that are all alike, nothing must be left for their spread.
cells as (
    select
        rater_id, stratum, dimension, task, span,
        count(*) as n,
        cast(sum(scaled) as bigint) as total,
        sum(cast(scaled as decimal(19, 0)) * cast(scaled as decimal(19, 0))) as squares
    from fixed
    group by rater_id, stratum, dimension, task, span
),
raters as (
    select rater_id, stratum, dimension, cast(sum(n) as bigint) as n, cast(sum(total) as bigint) as total
    from cells
    group by rater_id, stratum, dimension
),
strata as (
    select stratum, dimension, cast(sum(total) as double) / sum(n) as mean
    from raters
    group by stratum, dimension
),
levels as (
    select
        cells.*,
        cast(round(
            (cells.total + 5 * (raters.total - cells.total + 5 * strata.mean) / (raters.n - cells.n + 5)) / (cells.n + 5)
        ) as bigint) as level
    from cells
    join raters on raters.rater_id = cells.rater_id and raters.stratum = cells.stratum and raters.dimension = cells.dimension
    join strata on strata.stratum = cells.stratum and strata.dimension = cells.dimension
),
-- The spread of a cell is that about its own mean, so that a level which few ratings hold does not widen it; where nobody rated twice
-- in a cell, it is that about the levels.
apart as (
    select
        rater_id, stratum, dimension, task, span, level, n, n - 1 as freedom,
        cast(round(
            cast(cast(n as decimal(19, 0)) * squares - cast(total as decimal(19, 0)) * cast(total as decimal(19, 0)) as double) / n / 1e6
        ) as bigint) as within,
        squares - cast(level as decimal(19, 0)) * cast(2 * total - n * level as decimal(19, 0)) as distances
    from levels
),
widths as (
    select
        rater_id, stratum, dimension,
        cast(sum(n) as bigint) as n, cast(sum(freedom) as bigint) as freedom, cast(sum(within) as bigint) as within,
        cast(sum(distances) as decimal(38, 0)) as distances
    from apart
    group by rater_id, stratum, dimension
),
usual as (
    select stratum, dimension, cast(sum(distances) as double) / 1e6 / sum(n) as variance
    from widths
    group by stratum, dimension
),
measured as (
    select
        apart.rater_id, apart.stratum, apart.dimension, apart.task, apart.span, apart.level,
        (
            apart.within
            + 5 * (widths.within - apart.within + 5 * usual.variance) / (widths.freedom - apart.freedom + 5)
        ) / (apart.freedom + 5) / 1e12 as variance
    from apart
    join widths on widths.rater_id = apart.rater_id and widths.stratum = apart.stratum and widths.dimension = apart.dimension
    join usual on usual.stratum = apart.stratum and usual.dimension = apart.dimension
)
select
    fixed.rating_id,
    fixed.prompt_id,
    fixed.response_id,
    fixed.dimension,
    fixed.rater_id,
    fixed.stratum,
    fixed.task,
    fixed.span,
    fixed.unit_value,
    -- A spread below a millionth of the scale is what rounding leaves of none. Rounded, because engines differ in the last digit of a
    -- large decimal that becomes a double.
    case when measured.variance > 1e-12 then round((fixed.scaled - measured.level) / 1e9 / sqrt(measured.variance), 9) else 0e0 end as z,
    fixed.round,
    fixed.decided_at,
    fixed.has_rationale
from fixed
join measured
    on measured.rater_id = fixed.rater_id and measured.stratum = fixed.stratum and measured.dimension = fixed.dimension
    and measured.task = fixed.task and measured.span = fixed.span
