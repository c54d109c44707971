-- Grain: a rater among several whose names differ by case only, one of them in answers that come in.
-- Whether dr-x and Dr-X are one person nobody but their desk can tell: two raters they are until somebody says so, and it is said at once.
with told as (
    select distinct unnest(string_split($raters, chr(30))) as rater_id
),
met as (
    select rater_id from told
    union
    select rater_id from ledger.raters
),
folded as (
    select
        met.rater_id, case_folded(met.rater_id) as folded,
        count(*) over (partition by case_folded(met.rater_id)) as spellings
    from met
)
select folded.folded as name, folded.rater_id
from folded
where folded.spellings > 1 and folded.folded in (select case_folded(rater_id) from told)
order by folded.folded, folded.rater_id
