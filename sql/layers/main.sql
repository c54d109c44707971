-- Grain: a record of the main layer.
-- The bulk of training: several people agree.
select *
from layers.records
where layer = 'main'
