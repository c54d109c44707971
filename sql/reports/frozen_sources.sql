-- Grain: a source that has rows in the ledger.
-- Whether it was read as a frozen evaluation set: what it says of itself later must not differ.
select batches.source, bool_or(frozen.batch_id is not null) as frozen
from ledger.batches as batches
left join (select distinct batch_id from ledger.frozen) as frozen on frozen.batch_id = batches.batch_id
where batches.rows > 0
group by batches.source
