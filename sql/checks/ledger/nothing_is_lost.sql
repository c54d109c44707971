-- Bad row: a batch whose records are not all either accepted or in quarantine.
-- Whatever came in must be findable; a reader that loses a record silently would show up here first.
select batches.batch_id, batches.source, batches.uri, batches.read, batches.accepted, batches.quarantined, count(refused.line) as found
from ledger.batches as batches
left join ledger.quarantine as refused on refused.batch_id = batches.batch_id
group by batches.batch_id, batches.source, batches.uri, batches.read, batches.accepted, batches.quarantined
having batches.read <> batches.accepted + batches.quarantined or batches.quarantined <> count(refused.line)
