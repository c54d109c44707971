-- Grain: a withdrawal of consent by somebody who has not withdrawn in the ledger yet.
-- Withdrawing is final, so the first time counts and saying it again adds nothing.
with staged as (
  select
    withdrawals.*,
    row_number() over (
      partition by withdrawals.subject
      order by withdrawals.requested_at nulls last, batches.position, withdrawals.line
    ) as occurrence,
    batches.position
  from staging.withdrawals
  join staging.batches on batches.batch_id = withdrawals.batch_id
)

select
  subject,
  requested_at,
  batch_id,
  line,
  row_number() over (order by position, line, subject) + (select coalesce(max(seq), 0) from ledger.withdrawals) as seq
from staged
where occurrence = 1 and not exists (select 1 from ledger.withdrawals as known where known.subject = staged.subject)
