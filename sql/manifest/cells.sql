-- Grain: a cell of records that are weighted alike.
-- The factors that make weights of squared trust, as weights.json carries them: a record names its cell.
select
    cell, any_value(scenario) as scenario, any_value(stratum) as stratum, any_value(task) as task,
    any_value(risk_level) as risk_level, any_value(dimension) as dimension,
    any_value(difficulty) as difficulty, any_value(span) as span,
    any_value(kept) as kept, any_value(factor) as factor, count(*) as records
from weighting.weights
group by cell
order by cell
