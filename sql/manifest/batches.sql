-- Grain: a batch of the ledger.
-- What a release was made from, so that any record can be traced to a file. In an order that does not depend on ingest.
select batch_id, source, mode, supervisor, uri, bytes, read, accepted, quarantined, "rows"
from ledger.batches
order by source, uri, batch_id
