-- Grain: a record of the weak layer.
-- Automatically expanded or thin evidence: used with little weight.
select *
from layers.records
where layer = 'weak'
