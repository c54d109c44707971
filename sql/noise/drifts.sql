-- Grain: a rater on a dimension, and the moment at which its scale, or how often it is right on settled pairs, may have changed.
-- The CUSUM test for one change at an unknown time, as in noise.changes, over ratings less the mean of their task (so that a new
-- mix of tasks is no drift) and over hits on settled pairs that the votes did not choose. Sure is what chance gives in one table of twenty: the tail of the
-- Brownian bridge is 2 exp(-2 x²) (Kolmogorov 1933), and as many raters were tested (Bonferroni). In ten-thousandths, whole.
with rated as (
    select
        ratings.rater_id, ratings.dimension, ratings.supervisor || '/' || ratings.mode as stratum, ratings.decided_at,
        prompts.task,
        cast(round(1e4 * (ratings.value - ratings.scale_min) / (ratings.scale_max - ratings.scale_min)) as bigint) as x
    from ledger.ratings as ratings
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    join evidence.prompts as prompts on prompts.prompt_id = ratings.prompt_id
    where ratings.decided_at is not null and ratings.scale_max <> ratings.scale_min
),
tasks as (
    select dimension, stratum, task, cast(round(sum(x) / count(*)) as bigint) as mean
    from rated
    group by dimension, stratum, task
),
series as (
    select 'scale' as what, rated.rater_id, rated.dimension, rated.stratum, rated.decided_at, rated.x - tasks.mean as x
    from rated
    join tasks on tasks.dimension = rated.dimension and tasks.stratum = rated.stratum and tasks.task = rated.task
    union all
    select 'golden', rater_id, dimension, stratum, decided_at, case when hit then 10000 else 0 end
    from noise.golden_votes
    where not chose and decided_at is not null
),
-- What was decided at one time was decided together: nothing changes in between.
walked as (
    select
        what, rater_id, dimension, stratum, decided_at,
        count(*) over (partition by what, rater_id, dimension, stratum) as n,
        sum(x) over (partition by what, rater_id, dimension, stratum) as total,
        sum(x * x) over (partition by what, rater_id, dimension, stratum) as squares,
        count(*) over (
            partition by what, rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as place,
        sum(x) over (
            partition by what, rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as so_far
    from series
),
tested as (
    select
        what, rater_id, dimension, stratum, decided_at, n, total, place, so_far,
        coalesce(
            abs(so_far - place * cast(total as double) / n)
                / nullif(sqrt(greatest(0e0, cast(squares as double) - cast(total as double) * total / n)), 0),
            0e0
        ) as statistic
    from walked
    where n >= 20
),
largest as (
    select *, row_number() over (partition by what, rater_id, dimension, stratum order by statistic desc, place) as rank
    from tested
)
select
    what, rater_id, dimension, stratum,
    cast(n as bigint) as n,
    decided_at as changed_at,
    statistic,
    so_far / (1e4 * place) as before,
    (total - so_far) / nullif(1e4 * (n - place), 0) as after,
    2 * exp(-2 * statistic * statistic) * count(*) over (partition by what) <= 0.05e0 as sure
from largest
where rank = 1
