-- Grain: a batch of this run that says again what earlier batches of the same file said, with how many of its statements they had said.
-- Without an id of their own such statements count twice: whoever edits a file that was read should know. Asked only where a file has
-- changed otherwise than by growing, while the staging rows are still there.
with looked_at as (
  select batches.batch_id, known.batch_id as read_id
  from ledger.batches as batches
  join ledger.batches as known on known.source = batches.source and known.uri = batches.uri and known.seq <= batches.seq
  where batches.batch_id in (select batch_id from staging.batches)
),

said as (
  select looked_at.batch_id, looked_at.read_id, left(votes.vote_id, 32) as said_id
  from looked_at
  join ledger.votes as votes on votes.batch_id = looked_at.read_id
  union all
  select looked_at.batch_id, looked_at.read_id, left(ratings.rating_id, 32)
  from looked_at
  join ledger.ratings as ratings on ratings.batch_id = looked_at.read_id
  union all
  select looked_at.batch_id, looked_at.read_id, left(steps.step_id, 32)
  from looked_at
  join ledger.steps as steps on steps.batch_id = looked_at.read_id
  union all
  select looked_at.batch_id, looked_at.read_id, left(events.event_id, 32)
  from looked_at
  join ledger.events as events on events.batch_id = looked_at.read_id
),

counted as (
  select
    batch_id,
    sum(case when read_id = batch_id then 1 else 0 end) as here,
    sum(case when read_id = batch_id then 0 else 1 end) as before
  from said
  group by batch_id, said_id
)

select batch_id, sum(least(here, before))::bigint as statements
from counted
where before > 0 and here > 0
group by batch_id
order by batch_id
