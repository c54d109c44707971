-- Grain: a measure of a noise check on a slice: the figure, the threshold, and what it means.
-- A figure fails only where its whole interval lies beyond the policy's threshold and it rests on enough: a check that cries at
-- chance is soon not heard. A hundred votes on four prompts are four prompts, and say as much of chance. Names come from data, so
-- they are filled in last.
with figures as (
    select measure, scenario, slice, name, stratum, value, low, high, n, parts from noise.agreement_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.drift_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.candidate_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.source_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.rule_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.task_figures
    union all
    select measure, scenario, slice, name, stratum, value, low, high, n, cast(null as bigint) from noise.step_figures
),
limited as (
    select
        figures.*,
        limits.noise, limits.threshold, limits.beyond, limits.severity, limits.meaning, limits.action, limits.unit,
        limits.least,
        figures.n >= limits.least and coalesce(figures.parts >= 10, true) as enough,
        coalesce(
            (limits.beyond <> 'below' and coalesce(figures.low, figures.value) > limits.threshold)
            or (limits.beyond = 'below' and coalesce(figures.high, figures.value) < limits.threshold)
            or (limits.beyond = 'both' and coalesce(figures.high, figures.value) < 1 - limits.threshold),
            false
        ) as is_beyond
    from figures
    join policy.noise_limits as limits on limits.scenario = figures.scenario and limits.measure = figures.measure
    where figures.value is not null
)
select
    noise, measure, scenario, slice, name, stratum, value, low, high, n, least, enough, threshold, beyond, unit,
    not (enough and is_beyond) as passed, severity,
    replace(
        replace(
            replace(meaning, '{figure}', case unit when 'share' then decimal_text(100 * value) || ' %' else decimal_text(value) end),
            '{n}', cast(n as varchar)
        ),
        '{where}', concat(slice, ' ', left(name, 60))
    ) || case
        when enough then ''
        when n < least then ' It rests on fewer than ' || least || ', so it fails nothing.'
        else ' It rests on too few prompts to be told from chance (' || parts || ' of the 64 parts that prompts fall into, where ten'
            || ' are needed), so it fails nothing.'
    end as meaning,
    action
from limited
