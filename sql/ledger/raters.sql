-- Grain: a rater as one description gives it, not in the ledger yet.
-- A rater described in another way is another row, in the same way it is none.
with staged as (
  select raters.*, batches.supervisor, ledger_place(batches.position, raters.line) as place
  from staging.raters
  join staging.batches on batches.batch_id = raters.batch_id
),

places as (
  select distinct place, batch_id, line
  from staged
),

known as (
  select rater_id, level, family, version
  from ledger.raters
  where rater_id in (select rater_id from staging.raters)
),

first as (
  select
    rater_id, level, family, version,
    any_value(staged.supervisor) as supervisor,
    min(place) as place
  from staged
  group by rater_id, level, family, version
)

select
  first.rater_id, first.supervisor, first.level, first.family, first.version,
  places.batch_id,
  places.line,
  row_number() over (
    order by first.place, first.rater_id, first.level, first.family, first.version
  ) + (select coalesce(max(seq), 0) from ledger.raters) as seq
from first
join places on places.place = first.place
where
  not exists (
    select 1
    from known
    where known.rater_id = first.rater_id
      and known.level is not distinct from first.level
      and known.family is not distinct from first.family
      and known.version is not distinct from first.version
  )
