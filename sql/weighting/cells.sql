-- Grain: a cell of records that are weighted alike.
-- What raking works on: few rows, however many records there are. Sums are fixed point.
with counted as (
    select
        cell, any_value(scenario) as scenario, any_value(stratum) as stratum, any_value(task) as task,
        any_value(risk_level) as risk_level, any_value(dimension) as dimension, any_value(difficulty) as difficulty,
        any_value(span) as span,
        count(*) as records,
        sum(cast(round(information * 1e9) as bigint)) / 1e9 as information
    from weighting.members
    group by cell
)
select
    counted.*,
    coalesce(recency.kept, 1e0) as recency,
    coalesce(difficulties.times, 1e0) as times
from counted
left join weighting.recency as recency on recency.scenario = counted.scenario and recency.span = counted.span
left join policy.difficulties as difficulties
    on difficulties.scenario = counted.scenario and difficulties.difficulty = counted.difficulty
