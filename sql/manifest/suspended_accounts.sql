-- Grain: an account that is not heard, and a reason; the first of them.
-- Accounts stand here as the pseudonyms they have in the ledger, so that whoever asks why somebody was not heard finds the answer in
-- the release; how many there are in all, suspended says. A hundred for each reason are enough to look at.
with ranked as (
    select
        subject as rater_id, reason, measured, most,
        row_number() over (partition by reason order by measured desc, subject) as place
    from evidence.suspended
    where scope = 'rater'
)
select rater_id, reason, round(measured, 6) as measured, round(most, 6) as most
from ranked
where place <= 100
order by reason, place
