-- Grain: a rater whose consent was withdrawn.
-- What it said stays in the ledger until it is purged, and is evidence no more: every step that reads judgements leaves these
-- raters out. A subject is the pseudonym of a user, or the id of any rater, which has a colon. A pseudonym stands for every rater
-- that its events name, too: a rule that reads a user's doings speaks of the user as well.
with subjects as (
    select distinct subject
    from ledger.withdrawals
    where subject is not null
)
select case when subject like '%:%' then subject else 'user:' || subject end as rater_id
from subjects
union
select events.rater_id
from ledger.events as events
semi join subjects on subjects.subject = events.user_id
where events.rater_id is not null
