-- Grain: a batch that this run appended, in ledger order.
-- Asked while its staging rows are still there, for the summary that the run prints.
select batch_id, source, uri, read, accepted, quarantined, rows
from ledger.batches
where batch_id in (select batch_id from staging.batches)
order by seq
