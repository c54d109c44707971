-- Grain: an edited file's batch that says again what earlier batches of the same file said, with how many of its statements they had said.
-- Without an id of their own such statements count twice: whoever edits a file that was read should know. Nothing is looked at but
-- those files ($changed, by batch), and of what they said before no more than they say now.
with changed as (
  select unnest(string_split($changed, ',')) as batch_id
),

earlier as (
  select batches.batch_id, known.batch_id as read_id
  from changed
  join ledger.batches as batches on batches.batch_id = changed.batch_id
  join ledger.batches as known on known.source = batches.source and known.uri = batches.uri and known.seq < batches.seq
),

says as (
  select votes.batch_id, left(votes.vote_id, 32) as said_id
  from ledger.votes as votes
  where votes.batch_id in (select batch_id from changed)
  union all
  select ratings.batch_id, left(ratings.rating_id, 32)
  from ledger.ratings as ratings
  where ratings.batch_id in (select batch_id from changed)
  union all
  select steps.batch_id, left(steps.step_id, 32)
  from ledger.steps as steps
  where steps.batch_id in (select batch_id from changed)
  union all
  select events.batch_id, left(events.event_id, 32)
  from ledger.events as events
  where events.batch_id in (select batch_id from changed)
),

here as (
  select batch_id, said_id, count(*) as copies
  from says
  group by batch_id, said_id
),

said as (
  select earlier.batch_id, left(votes.vote_id, 32) as said_id
  from earlier
  join ledger.votes as votes on votes.batch_id = earlier.read_id
  union all
  select earlier.batch_id, left(ratings.rating_id, 32)
  from earlier
  join ledger.ratings as ratings on ratings.batch_id = earlier.read_id
  union all
  select earlier.batch_id, left(steps.step_id, 32)
  from earlier
  join ledger.steps as steps on steps.batch_id = earlier.read_id
  union all
  select earlier.batch_id, left(events.event_id, 32)
  from earlier
  join ledger.events as events on events.batch_id = earlier.read_id
),

before as (
  select batch_id, said_id, count(*) as copies
  from said
  where said_id in (select said_id from here)
  group by batch_id, said_id
)

select here.batch_id, sum(least(here.copies, before.copies))::bigint as statements
from here
join before on before.batch_id = here.batch_id and before.said_id = here.said_id
group by here.batch_id
order by here.batch_id
