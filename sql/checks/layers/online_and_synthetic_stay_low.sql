-- Bad row: a golden or expert record that rests on nothing but online or synthetic evidence.
-- Behaviour and model judgements are weak labels; they must not become the benchmark they are measured against.
select placed.kind, placed.record_id, placed.layer, placed.rule
from layers.records as placed
join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
where placed.layer in ('golden', 'expert')
    and coalesce(array_length(list_filter(records.strata, lambda s: s.stratum like '%/offline')), 0) = 0
