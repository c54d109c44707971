-- Grain: a rater whose consent was withdrawn.
-- What it said stays in the ledger until it is purged, and is evidence no more: every step that reads judgements leaves these
-- raters out. A subject is the pseudonym of a user, or the id of any rater, which has a colon.
select distinct case when subject like '%:%' then subject else 'user:' || subject end as rater_id
from ledger.withdrawals
where subject is not null
