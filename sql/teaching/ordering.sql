-- Grain: two dimensions of a scenario at a risk that point different ways on some pair.
-- The value ordering that the data holds, against the one that the policy declares: when two dimensions conflict, which of
-- them wins? Weights are whole millionths, so that sums and sums of squares are exact.
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
)
select
    scenario, risk_level, upper, lower, declared, pairs,
    weight / 1e6 as weight, effective, follows,
    wilson_low(follows, effective) as low, wilson_high(follows, effective) as high,
    declared and effective >= 12 and coalesce(wilson_high(follows, effective) < 0.5e0, false) as contradicts
from shared
