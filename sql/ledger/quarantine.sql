-- Grain: a record refused in this run.
-- Nothing is lost: read = accepted + quarantined for every batch.
with numbered as (
  select
    batch_id,
    source,
    uri,
    row_number() over (order by position) + (select coalesce(max(seq), 0) from ledger.batches) as seq
  from staging.batches
)

select
  rejects.batch_id,
  numbered.source,
  numbered.uri,
  rejects.line,
  rejects."offset",
  rejects.reason,
  rejects.detail,
  rejects.raw,
  rejects.raw_sha256,
  numbered.seq
from staging.rejects
join numbered on numbered.batch_id = rejects.batch_id
