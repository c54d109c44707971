-- Grain: a record of the expert layer.
-- The expert benchmark: judged by people who know, not always beyond dispute.
select *
from layers.records
where layer = 'expert'
