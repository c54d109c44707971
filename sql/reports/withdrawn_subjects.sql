-- Grain: somebody who took consent back, by all that the ledger knows.
-- One user may be named as such and as a rater, and has withdrawn once; sql/manifest/withdrawals.sql counts in the same way.
select distinct case when subject like '%:%' then subject else 'user:' || subject end as rater_id
from ledger.withdrawals
where subject is not null
