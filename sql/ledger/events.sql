-- Grain: something a user did, not in the ledger yet.
-- A record with an id of its own counts once however often it is read. Without one, equal statements are kept apart
-- by how many came before, over the whole ledger, so that cutting or shuffling files changes no id.
with said as (
  select
    -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
    batches.position * 1099511627776 + events.line as place,
    events.item,
    events.own_id,
    short_hash(
      concat(
        text_field('event'), text_field(events.kind), text_field(events.prompt_id), text_field(events.response_id),
        text_field(events.session), text_field(events.user_id), text_field(events.position::varchar),
        list_field(events.alternatives), number_field(events.value), time_field(events.occurred_at),
        text_field(events.rater_id), text_field(events.round), text_field(events.policy), text_field(events.rubric),
        time_field(events.decided_at), list_field(events.reason_tags), text_field(events.rationale),
        text_field(events.raw), text_field(batches.source), text_field(batches.mode), text_field(batches.supervisor),
        text_field(events.own_id), text_field(events.became_id), text_field(events.surface), text_field(events.segment),
        text_field(events.cohort), text_field(events.address), time_field(events.received_at)
      )
    ) as said_id
  from staging.events
  join staging.batches on batches.batch_id = events.batch_id
),

known as (
  select left(event_id, 32) as said_id, count(*) as times
  from ledger.events
  where left(event_id, 32) in (select said_id from said)
  group by left(event_id, 32)
),

-- Only the few columns that order and identity need are sorted; the rest joins them again below.
counted as (
  select
    said.*,
    row_number() over (partition by said.said_id order by said.place, said.item) - 1
    + coalesce(known.times, 0) as earlier
  from said
  left join known on known.said_id = said.said_id
),

kept as (
  select
    place,
    item,
    case when earlier = 0 then said_id else said_id || '.' || earlier end as event_id,
    row_number() over (order by place, item) + (select coalesce(max(seq), 0) from ledger.events) as seq
  from counted
  where earlier = 0 or own_id is null
)

select
  kept.event_id,
  events.kind, events.prompt_id, events.response_id, events.session, events.user_id, events.position,
  events.alternatives, events.value, events.occurred_at, events.rater_id, events.own_id, events.became_id,
  events.surface, events.segment, events.cohort, events.address, events.received_at, events.round, events.policy, events.rubric,
  events.decided_at, events.reason_tags, events.rationale, events.raw, batches.source, batches.mode,
  batches.supervisor, events.batch_id, events.line,
  kept.seq
from staging.events
join staging.batches on batches.batch_id = events.batch_id
join kept
  on kept.place = batches.position * 1099511627776 + events.line and kept.item is not distinct from events.item
