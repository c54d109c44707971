-- Grain: a batch of a file that was edited after it was read: it has a record by whose number an earlier batch of that file says something.
-- A file that grew is read on behind what was taken of it, so its batches meet in no number. The first look is at where batches begin and
-- end: files that grow hold most of a ledger, and only of those that meet there records are compared.
with files as (
  select source, uri
  from ledger.batches
  where accepted > 0
  group by source, uri
  having count(*) > 1
),

parts as (
  select batches.batch_id, batches.source, batches.uri, batches.seq
  from ledger.batches as batches
  join files on files.source = batches.source and files.uri = batches.uri
),

says as (
  select batch_id, line from ledger.votes where batch_id in (select batch_id from parts)
  union all
  select batch_id, line from ledger.ratings where batch_id in (select batch_id from parts)
  union all
  select batch_id, line from ledger.steps where batch_id in (select batch_id from parts)
  union all
  select batch_id, line from ledger.events where batch_id in (select batch_id from parts)
),

-- A record that is refused now may stand where one was taken.
looked_at as (
  select batch_id, line from says
  union all
  select batch_id, line from ledger.quarantine where batch_id in (select batch_id from parts)
),

reaches as (
  select
    parts.source, parts.uri, parts.seq, parts.batch_id,
    min(looked_at.line) as first_line, max(looked_at.line) as last_line
  from parts
  join looked_at on looked_at.batch_id = parts.batch_id
  group by parts.source, parts.uri, parts.seq, parts.batch_id
),

meets as (
  select later.source, later.uri, later.seq, later.batch_id, earlier.batch_id as read_id
  from reaches as later
  join reaches as earlier
    on earlier.source = later.source and earlier.uri = later.uri and earlier.seq < later.seq
    and earlier.first_line <= later.last_line and earlier.last_line >= later.first_line
),

here as (
  select meets.batch_id, meets.read_id, looked_at.line
  from meets
  join looked_at on looked_at.batch_id = meets.batch_id
  group by meets.batch_id, meets.read_id, looked_at.line
),

edited as (
  select here.batch_id
  from here
  join says on says.batch_id = here.read_id and says.line = here.line
  group by here.batch_id
)

select meets.source, meets.uri, meets.batch_id
from meets
join edited on edited.batch_id = meets.batch_id
group by meets.source, meets.uri, meets.batch_id, meets.seq
order by meets.seq
