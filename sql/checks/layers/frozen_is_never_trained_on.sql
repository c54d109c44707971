-- Bad row: a record of a training layer that is, or copies, a text of a frozen evaluation set.
-- Whoever trains on what training is measured by learns the measure; no rule of a policy may place such a record.
select placed.layer, placed.kind, placed.record_id, copies.source, copies.how
from layers.records as placed
join layers.copies as copies on copies.kind = placed.kind and copies.record_id = placed.record_id
where placed.layer <> 'backflow'
