-- Grain: a slice of the training layers and one of its values.
-- What weighting costs: how many equally weighted records each slice is worth.
select slice, value, records, weighted, weight, effective, design_effect
from weighting.effective
order by slice, value
