-- Grain: a rater on a dimension whose agreement with the others changed at some time.
-- The largest departure of its running agreement from a straight line, against what chance would give: the CUSUM test for one
-- change at an unknown time (Page 1954; the limit is that of the Brownian bridge at 1 %). Twenty votes at least.
with totals as (
    select
        rater_id, dimension, stratum,
        count(*) as n,
        sum(case when agrees then 1 else 0 end) as agreed
    from noise.peer_agreement
    where decided_at is not null
    group by rater_id, dimension, stratum
    having count(*) >= 20
),
-- What was decided at one time was decided together: nothing changes in between.
walked as (
    select
        rater_id, dimension, stratum, decided_at,
        count(*) over (
            partition by rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as place,
        sum(case when agrees then 1 else 0 end) over (
            partition by rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as agreed_so_far
    from noise.peer_agreement
    where decided_at is not null
),
tested as (
    select
        walked.*, totals.n, totals.agreed,
        abs(agreed_so_far - place * agreed / n) / nullif(sqrt(agreed * (n - agreed) / n), 0) as statistic
    from walked
    join totals
        on totals.rater_id = walked.rater_id and totals.dimension = walked.dimension and totals.stratum = walked.stratum
),
largest as (
    select *, row_number() over (partition by rater_id, dimension, stratum order by statistic desc, place) as rank
    from tested
    where statistic > 1.63
)
select
    rater_id, dimension, stratum,
    decided_at as changed_at,
    statistic,
    cast(n as bigint) as n,
    agreed_so_far / place as agreement_before,
    (agreed - agreed_so_far) / nullif(n - place, 0) as agreement_after
from largest
where rank = 1
