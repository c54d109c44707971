-- Grain: what one rater thinks of one response on one dimension.
-- Raters use a scale each in their own way, and not for ever in the same. Where several of a stratum rated the same response, what one
-- gives beside the others, higher or lower, wider or narrower, is the rater's way, and is taken out of all that the rater gave in that
-- month, as if five more such ratings stood beside, that tell nothing. Who shares no response says what was given: that others got
-- better ones is no way of rating. Who rates a response again still has one opinion of it.
with given as (
    select
        rating_id, prompt_id, response_id, dimension, rater_id, stratum, has_rationale, task, span,
        cast(round(unit_value * 1e9) as bigint) as scaled
    from evidence.normalised_ratings
),
rated as (
    select
        *,
        min(rater_id) over (partition by stratum, dimension, response_id)
            <> max(rater_id) over (partition by stratum, dimension, response_id) as shared,
        cast(round(
            cast(sum(scaled) over (partition by stratum, dimension, response_id) as double)
            / count(*) over (partition by stratum, dimension, response_id)
        ) as bigint) as common
    from given
),
months as (
    select stratum, dimension, span, cast(sum(scaled) as double) / count(*) as mean
    from rated
    group by stratum, dimension, span
),
levels as (
    select
        rated.stratum, rated.dimension, rated.span, rated.task,
        cast(round((cast(sum(rated.scaled) as double) + 5 * months.mean) / (count(*) + 5)) as bigint) as level
    from rated
    join months on months.stratum = rated.stratum and months.dimension = rated.dimension and months.span = rated.span
    group by rated.stratum, rated.dimension, rated.span, rated.task, months.mean
),
offsets as (
    select
        rated.stratum, rated.dimension, rated.span, rated.rater_id,
        cast(round(cast(sum(rated.scaled - rated.common) as double) / (count(*) + 5)) as bigint) as above
    from rated
    where rated.shared
    group by rated.stratum, rated.dimension, rated.span, rated.rater_id
),
apart as (
    select rated.*, levels.level, rated.scaled - levels.level - coalesce(offsets.above, 0) as distance
    from rated
    join levels
        on levels.stratum = rated.stratum and levels.dimension = rated.dimension and levels.span = rated.span
        and levels.task = rated.task
    left join offsets
        on offsets.stratum = rated.stratum and offsets.dimension = rated.dimension and offsets.span = rated.span
        and offsets.rater_id = rated.rater_id
),
-- Squares are summed exactly: of ratings that are all alike, nothing must be left for their spread.
widths as (
    select
        stratum, dimension, span, rater_id,
        count(*) as n,
        sum(cast(distance as decimal(19, 0)) * cast(distance as decimal(19, 0))) as squares
    from apart
    where shared
    group by stratum, dimension, span, rater_id
),
usual as (
    select stratum, dimension, span, cast(sum(squares) as double) / 1e18 / sum(n) as square
    from widths
    group by stratum, dimension, span
),
stretched as (
    select
        widths.stratum, widths.dimension, widths.span, widths.rater_id,
        coalesce(
            sqrt(usual.square / nullif((cast(widths.squares as double) / 1e18 + 5 * usual.square) / (widths.n + 5), 0)), 1e0
        ) as stretch
    from widths
    join usual on usual.stratum = widths.stratum and usual.dimension = widths.dimension and usual.span = widths.span
),
-- Rounded, because engines differ in the last digit of a large decimal that becomes a double.
levelled as (
    select
        apart.*,
        cast(round(least(1e9, greatest(0e0, apart.level + apart.distance * round(coalesce(stretched.stretch, 1e0), 9)))) as bigint) as opinion
    from apart
    left join stretched
        on stretched.stratum = apart.stratum and stretched.dimension = apart.dimension and stretched.span = apart.span
        and stretched.rater_id = apart.rater_id
)
select
    response_id, prompt_id, dimension, rater_id, stratum,
    count(*) as ratings,
    sum(scaled) / (count(*) * 1e9) as given,
    sum(opinion) / (count(*) * 1e9) as score,
    bool_or(has_rationale) as has_rationale,
    list_sort(list(rating_id)) as rating_ids
from levelled
group by response_id, prompt_id, dimension, rater_id, stratum
