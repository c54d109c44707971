-- Grain: a file of the ledger.
-- What a release was made from, so that any record can be traced to a file. In an order that does not depend on ingest. What
-- `prefstrata withdraw` recorded is no file; the manifest counts it as withdrawn.
select batch_id, source, mode, supervisor, uri, bytes, read, accepted, quarantined, "rows"
from ledger.batches
where source is distinct from 'withdraw' or uri is distinct from 'withdraw'
order by source, uri, batch_id
