-- Bad row: a record above weak that rests on nothing but what users did.
-- Behaviour is a weak label, however often it comes; what it says is measured against the layers that it must not be part of.
select placed.kind, placed.record_id, placed.layer, placed.rule
from layers.records as placed
join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
where placed.layer in ('golden', 'expert', 'main')
    and coalesce(array_length(list_filter(records.strata, lambda s: not s.stratum like '%/online')), 0) = 0
