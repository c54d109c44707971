-- Grain: a rating.
-- Raters use a scale each in their own way. A rating becomes its distance from the rater's own mean in the rater's own
-- standard deviations, both shrunk towards the stratum's as if five more ratings of the stratum stood beside the rater's.
with unit as (
    select
        *,
        supervisor || '/' || mode as stratum,
        (value - scale_min) / nullif(scale_max - scale_min, 0) as unit_value
    from ledger.ratings
),
fixed as (
    select *, cast(round(unit_value * 1e9) as bigint) as scaled, cast(round(unit_value * unit_value * 1e9) as bigint) as squared
    from unit
    where unit_value is not null
),
strata as (
    select
        stratum, dimension,
        sum(scaled) / (count(*) * 1e9) as mean,
        sum(squared) / (count(*) * 1e9) as mean_square
    from fixed
    group by stratum, dimension
),
raters as (
    select
        rater_id, stratum, dimension,
        count(*) as n,
        sum(scaled) / 1e9 as total,
        sum(squared) / 1e9 as total_square
    from fixed
    group by rater_id, stratum, dimension
),
shrunk as (
    select
        raters.rater_id, raters.stratum, raters.dimension,
        (raters.total + 5 * strata.mean) / (raters.n + 5) as mean,
        (raters.total_square + 5 * strata.mean_square) / (raters.n + 5) as mean_square
    from raters
    join strata on strata.stratum = raters.stratum and strata.dimension = raters.dimension
)
select
    fixed.rating_id,
    fixed.prompt_id,
    fixed.response_id,
    fixed.dimension,
    fixed.rater_id,
    fixed.stratum,
    fixed.unit_value,
    coalesce((fixed.unit_value - shrunk.mean)
        / nullif(sqrt(greatest(shrunk.mean_square - shrunk.mean * shrunk.mean, 0)), 0), 0) as z,
    fixed.round,
    fixed.rationale is not null or coalesce(array_length(fixed.reason_tags), 0) > 0 as has_rationale
from fixed
join shrunk
    on shrunk.rater_id = fixed.rater_id and shrunk.stratum = fixed.stratum and shrunk.dimension = fixed.dimension
