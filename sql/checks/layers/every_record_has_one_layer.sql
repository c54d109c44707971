-- Bad row: a record that no rule placed, or that stands in two layers.
-- A policy whose last rule matches everything never produces one.
select records.kind, records.record_id, count(placed.layer) as layers
from weighting.records as records
left join layers.records as placed on placed.kind = records.kind and placed.record_id = records.record_id
group by records.kind, records.record_id
having count(placed.layer) <> 1
