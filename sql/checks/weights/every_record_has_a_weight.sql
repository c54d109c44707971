-- Bad row: a record of a training layer without a weight, with one that is no number or below 0, or with two.
-- What cannot be weighted would be dropped or shouted by a trainer, and nobody would notice.
select placed.kind, placed.record_id, placed.layer, min(weights.weight) as weight, count(weights.record_id) as weights
from layers.records as placed
left join weighting.weights as weights on weights.kind = placed.kind and weights.record_id = placed.record_id
where placed.layer <> 'backflow'
group by placed.kind, placed.record_id, placed.layer
having count(weights.record_id) <> 1 or min(weights.weight) is null or not min(weights.weight) >= 0
