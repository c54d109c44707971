-- Grain: a gate, a governing scenario, and a slice that is large enough to speak.
-- A figure is beyond its threshold when even the near end of its interval is: worse than the policy's limit, or worse than the
-- parent by more than the policy's rise, the parent taken at the far end of its own interval. A figure whose interval is that of the
-- difference has no count before: the parent is taken as it stands.
with figures as (
    select * from gates.faults
    union all
    select * from gates.rulers
    union all
    select * from gates.dissent
    union all
    select * from gates.orderings
    union all
    select * from gates.drift
    union all
    select * from gates.measured
),
held as (
    select
        figures.*, gates.severity, gates.owner,
        -- A figure without an interval is no estimate: it stands as it is.
        least(
            gates.ceiling,
            gates.rise + case when figures.low = figures.high then figures.before
                else coalesce(wilson_high(figures.before, figures.before_n), figures.before) end
        ) as threshold
    from figures
    join policy.gates as gates on gates.scenario = figures.scenario and gates.gate = figures.gate
    where figures.n >= gates.min_n
)
select
    gate, scenario, slice, value, low, high, n, before, threshold, severity, owner,
    coalesce(low > threshold, false) as tripped,
    samples
from held
-- There may be a hundred thousand raters: of those, the ones to look at.
where not starts_with(slice, 'rater=') or coalesce(low > threshold, false)
