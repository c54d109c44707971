-- Grain: a kind of record, what happened to it, and the layers it went from and to.
-- The list of changes in figures that one can read.
select kind, change, from_layer, to_layer, count(*) as records
from manifest.changed
group by kind, change, from_layer, to_layer
order by kind, change, from_layer, to_layer
