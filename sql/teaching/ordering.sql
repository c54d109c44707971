-- Grain: two dimensions of a scenario at a risk that point different ways on some pair.
-- The value ordering that the data holds, against the one that the policy declares: when two dimensions conflict, which of
-- them wins? Weights are whole millionths, so that sums and sums of squares are exact. What is said to contradict the policy must stand
-- out from all that was looked at at its risk: where many dimensions are compared, some win by chance. Of so many looks one is wrong in
-- 5 % of all versions at most (Bonferroni): the 95th percentile's square grows by less than 2 ln(looks).
with weighed as (
    select *, cast(round(weight * 1e6) as bigint) as millionths
    from teaching.conflicts
),
counted as (
    select
        scenario, risk_level, upper, lower, declared,
        count(*) as pairs,
        sum(millionths) as weight,
        sum(cast(millionths as decimal(19, 0)) * cast(millionths as decimal(19, 0))) as squares,
        sum(case when follows then millionths else 0 end) as following
    from weighed
    group by scenario, risk_level, upper, lower, declared
),
shared as (
    select
        *,
        effective_number(weight, squares) as effective,
        cast(following as double) / nullif(cast(weight as double), 0e0) as follows
    from counted
),
surely as (
    select
        *,
        declared and effective >= 12 as looked_at,
        case when follows < 0.5e0 then 4 * effective * (0.5e0 - follows) * (0.5e0 - follows) else 0e0 end as against
    from shared
),
compared as (
    select *, sum(case when looked_at then 1 else 0 end) over (partition by risk_level) as looks
    from surely
)
select
    scenario, risk_level, upper, lower, declared, pairs,
    weight / 1e6 as weight, effective, follows,
    wilson_low(follows, effective) as low, wilson_high(follows, effective) as high,
    looked_at and coalesce(against > 2.705543454e0 + 2 * ln(greatest(looks, 1)), false) as contradicts
from compared
