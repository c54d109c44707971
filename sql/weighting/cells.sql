-- Grain: a cell of records that are weighted alike.
-- What raking works on: few rows, however many records there are. Sums are fixed point.
select
    cell, any_value(scenario) as scenario, any_value(stratum) as stratum, any_value(task) as task,
    any_value(risk_level) as risk_level, any_value(dimension) as dimension,
    count(*) as records,
    sum(cast(round(trust * 1e9) as bigint)) / 1e9 as trust
from weighting.members
group by cell
