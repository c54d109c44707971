-- Grain: a record of the backflow layer.
-- Never trained on: what waits for people to annotate it.
select *
from layers.records
where layer = 'backflow'
