-- Bad row: a batch whose records are not all either accepted or in quarantine.
-- Whatever came in must be findable; a reader that loses a record silently would show up here first.
with found as (
    select batch_id, count(*) as rows_found
    from ledger.quarantine
    group by batch_id
)
select
    coalesce(batches.batch_id, found.batch_id) as batch_id,
    batches.source, batches.uri, batches.read, batches.accepted, batches.quarantined,
    coalesce(found.rows_found, 0) as found
from ledger.batches as batches
full join found on found.batch_id = batches.batch_id
where not coalesce(
    batches.read = batches.accepted + batches.quarantined
    and batches.quarantined = coalesce(found.rows_found, 0)
    and batches.accepted >= 0,
    false)
