-- Grain: one row.
-- How many took consent back, by all that the ledger knows; sql/manifest/withdrawals.sql counts them in the same way.
select count(distinct case when subject like '%:%' then subject else 'user:' || subject end) as subjects
from ledger.withdrawals
