-- Grain: a limit, over a whole version.
-- The most that one user, or one day of a cohort, holds of the released weight, against what the policy allows. A record's weight is
-- divided as it came to be: what is kept of each user's part, and the rest of the others'.
with shared as (
    select
        parts.kind, parts.record_id, parts.rater_id, parts.cohort, parts.day,
        parts.share as given,
        parts.share * coalesce(limited.kept, 1) as kept
    from weighting.parts as parts
    left join weighting.limited as limited
        on limited.rater_id = parts.rater_id and limited.cohort = parts.cohort and limited.day = parts.day
),
left_over as (
    select kind, record_id, 1 - sum(cast(round((given - kept) * 1e9) as bigint)) / 1e9 as kept
    from shared
    group by kind, record_id
),
held as (
    select
        shared.rater_id, shared.cohort, shared.day,
        sum(cast(round(coalesce(weights.weight * shared.kept / nullif(left_over.kept, 0), 0) * 1e9) as bigint)) as weight,
        sum(cast(round((shared.given - shared.kept) * 1e9) as bigint)) as lost
    from shared
    join left_over on left_over.kind = shared.kind and left_over.record_id = shared.record_id
    join weighting.weights as weights on weights.kind = shared.kind and weights.record_id = shared.record_id
    group by shared.rater_id, shared.cohort, shared.day
),
holders as (
    select 'user' as holder, rater_id as one, sum(weight) as weight, sum(lost) as lost
    from held
    group by rater_id
    union all
    select 'cohort_day', cohort || ' ' || day, sum(weight), sum(lost)
    from held
    group by cohort || ' ' || day
),
whole as (
    select sum(cast(round(weight * 1e9) as bigint)) as weight
    from weighting.weights
),
users as (
    select sum(weight) as weight
    from held
)
select
    limits.holder, limits.most,
    count(holders.one) as holders,
    count(holders.one) filter (where holders.lost > 0) as limited,
    coalesce(max(holders.weight / nullif(whole.weight, 0)), 0) as reached,
    coalesce(1 - coalesce(max(users.weight), 0) / nullif(max(whole.weight), 0), 1) as others,
    round(greatest(coalesce(max(holders.weight / nullif(whole.weight, 0)), 0) - limits.most, 0e0), 9) as shortfall
from policy.limits as limits
cross join whole
cross join users
left join holders on holders.holder = limits.holder
group by limits.holder, limits.most
