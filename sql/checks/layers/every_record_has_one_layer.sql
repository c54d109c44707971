-- Bad row: a record that no rule placed, that stands in two layers, or that is placed and not there.
-- A policy whose last rule matches everything never produces one, unless that rule's layer is golden: what no expert says is not.
with placed as (
    select kind, record_id, count(*) as layers
    from layers.records
    group by kind, record_id
)
select
    coalesce(records.kind, placed.kind) as kind,
    coalesce(records.record_id, placed.record_id) as record_id,
    coalesce(placed.layers, 0) as layers
from weighting.records as records
full join placed on placed.kind = records.kind and placed.record_id = records.record_id
where records.record_id is null or placed.layers is null or placed.layers > 1
