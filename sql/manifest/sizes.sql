-- Grain: a layer and a kind of record.
-- How many records each release folder will hold, in all its files.
select layer, kind, count(*) as records
from layers.records
group by layer, kind
order by layer, kind
