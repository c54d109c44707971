-- Grain: a record without a weight, one of them.
-- A release that was not made whole must not be trained on.
select kind, record_id, layer
from checkout.records
where weight is null
order by kind, record_id
limit 1
