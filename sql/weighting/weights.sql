-- Grain: a record of a training layer, and what it weighs.
-- Its weight is what its label tells, the square of its trust, times the factor of its cell. Where a user or a day is limited, what they gave to the record counts less; what
-- is kept is rounded down to three digits, so that few cells come of it, and a cell of its own stands for each.
with kept as (
    select
        parts.kind, parts.record_id,
        1 - sum(cast(round(parts.share * (1 - limited.kept) * 1e9) as bigint)) / 1e9 as kept
    from weighting.parts as parts
    join weighting.limited as limited
        on limited.rater_id = parts.rater_id and limited.cohort = parts.cohort and limited.day = parts.day
    group by parts.kind, parts.record_id
),
rounded as (
    select
        kind, record_id,
        -- A rounding error must not take a thousandth from who has lost nothing.
        case
            when kept >= 1 - 1e-8 then 1000000
            when kept >= 0.1 then cast(floor(kept * 1e3 + 1e-6) as bigint) * 1000
            when kept >= 0.01 then cast(floor(kept * 1e4 + 1e-6) as bigint) * 100
            when kept >= 0.001 then cast(floor(kept * 1e5 + 1e-6) as bigint) * 10
            else cast(floor(greatest(kept, 0e0) * 1e6 + 1e-6) as bigint)
        end as kept
    from kept
),
weighed as (
    select
        members.kind, members.record_id, members.scenario, members.stratum, members.task, members.risk_level,
        members.dimension, members.difficulty, members.span, members.information, members.cell, factors.factor, coalesce(rounded.kept, 1000000) as kept
    from weighting.members as members
    join weighting.factors as factors on factors.cell = members.cell
    left join rounded on rounded.kind = members.kind and rounded.record_id = members.record_id
)
select
    kind, record_id,
    case when kept = 1000000 then cell else left(short_hash(cell || '/' || cast(kept as varchar)), 12) end as cell,
    scenario, stratum, task, risk_level, dimension, difficulty, span,
    kept / 1e6 as kept,
    round(factor * kept / 1e6, 9) as factor,
    information * round(factor * kept / 1e6, 9) as weight
from weighed
