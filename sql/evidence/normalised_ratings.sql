-- Grain: a rating.
-- Raters use a scale each in their own way. A rating becomes its distance from the rater's own mean in the rater's own
-- standard deviations, both shrunk towards the stratum's as if five more ratings of the stratum stood beside the rater's.
with unit as (
    select
        rating_id, prompt_id, response_id, dimension, rater_id,
        supervisor || '/' || mode as stratum,
        (value - scale_min) / nullif(scale_max - scale_min, 0) as unit_value,
        round, decided_at,
        rationale is not null or coalesce(array_length(reason_tags), 0) > 0 as has_rationale
    from ledger.ratings
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
raters as (
    select
        rater_id, stratum, dimension,
        count(*) as n,
        cast(sum(scaled) as decimal(38, 0)) as total,
        sum(cast(scaled as decimal(19, 0)) * cast(scaled as decimal(19, 0))) as squares
    from fixed
    group by rater_id, stratum, dimension
),
strata as (
    select
        stratum, dimension,
        cast(sum(total) as double) / 1e9 / sum(n) as mean,
        cast(sum(squares) as double) / 1e18 / sum(n) as mean_square
    from raters
    group by stratum, dimension
),
shrunk as (
    select
        raters.rater_id, raters.stratum, raters.dimension,
        (cast(raters.total as double) / 1e9 + 5 * strata.mean) / (raters.n + 5) as mean,
        (cast(raters.squares as double) / 1e18 + 5 * strata.mean_square) / (raters.n + 5) as mean_square
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
    -- A spread below a millionth of the scale is what rounding leaves of none.
    case
        when shrunk.mean_square - shrunk.mean * shrunk.mean > 1e-12
            -- Rounded, because engines differ in the last digit of a large decimal that becomes a double.
            then round((fixed.scaled / 1e9 - shrunk.mean) / sqrt(shrunk.mean_square - shrunk.mean * shrunk.mean), 9)
        else 0e0
    end as z,
    fixed.round,
    fixed.decided_at,
    fixed.has_rationale
from fixed
join shrunk
    on shrunk.rater_id = fixed.rater_id and shrunk.stratum = fixed.stratum and shrunk.dimension = fixed.dimension
