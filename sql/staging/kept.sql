-- Grain: a statement that is staged and not in the ledger yet.
-- A record with an id of its own counts once however often it is read. Without one, equal statements are kept apart by how many came
-- before, over the whole ledger, so that cutting or shuffling files changes no id.
with known as (
  select left(vote_id, 32) as said_id, count(*) as times
  from ledger.votes
  where left(vote_id, 32) in (select said_id from staging.said where kind = 'votes')
  group by left(vote_id, 32)
  union all
  select left(rating_id, 32), count(*)
  from ledger.ratings
  where left(rating_id, 32) in (select said_id from staging.said where kind = 'ratings')
  group by left(rating_id, 32)
  union all
  select left(step_id, 32), count(*)
  from ledger.steps
  where left(step_id, 32) in (select said_id from staging.said where kind = 'steps')
  group by left(step_id, 32)
  union all
  select left(event_id, 32), count(*)
  from ledger.events
  where left(event_id, 32) in (select said_id from staging.said where kind = 'events')
  group by left(event_id, 32)
),

ends as (
  select 'votes' as kind, coalesce(max(seq), 0) as seq from ledger.votes
  union all
  select 'ratings', coalesce(max(seq), 0) from ledger.ratings
  union all
  select 'steps', coalesce(max(seq), 0) from ledger.steps
  union all
  select 'events', coalesce(max(seq), 0) from ledger.events
),

-- Few are said more than once; only they are counted.
repeated as (
  select told.said_id, sum(told.times) as times
  from (
    select said_id, times
    from known
    union all
    select said_id, 0
    from staging.said
    group by said_id
    having count(*) > 1
  ) as told
  group by told.said_id
),

counted as (
  select said.kind, said.place, said.item, said.named, said.said_id, 0 as earlier
  from staging.said
  where not exists (select 1 from repeated where repeated.said_id = said.said_id)
  union all
  select
    said.kind, said.place, said.item, said.named, said.said_id,
    row_number() over (partition by said.said_id order by said.place, said.item) - 1 + repeated.times
  from staging.said
  join repeated on repeated.said_id = said.said_id
),

numbered as (
  select
    kind, place, item,
    case when earlier = 0 then said_id else said_id || '.' || earlier end as id,
    row_number() over (partition by kind order by place, item) as number
  from counted
  where earlier = 0 or not named
)

select numbered.kind, numbered.place, numbered.item, numbered.id, numbered.number + ends.seq as seq
from numbered
join ends on ends.kind = numbered.kind
