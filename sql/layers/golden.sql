-- Grain: a record of the golden layer.
-- The high-risk anchor: everything else is measured against it.
select *
from layers.records
where layer = 'golden'
