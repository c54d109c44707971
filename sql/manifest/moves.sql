-- Grain: a kind of record, a move, the layers it went from and to, and why.
-- Promotions and demotions of a version in figures that one can read.
select kind, move, from_layer, to_layer, reason, count(*) as records
from layers.moves
group by kind, move, from_layer, to_layer, reason
order by kind, move, from_layer, to_layer, reason
