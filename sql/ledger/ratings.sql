-- Grain: a rating as given, not in the ledger yet.
-- A record with an id of its own counts once however often it is read. Without one, equal statements are kept apart
-- by how many came before, over the whole ledger, so that cutting or shuffling files changes no id.
with said as (
  select
    -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
    batches.position * 1099511627776 + ratings.line as place,
    ratings.item,
    ratings.own_id,
    short_hash(
      concat(
        text_field('rating'), text_field(ratings.prompt_id), text_field(ratings.response_id),
        text_field(ratings.dimension), number_field(ratings.value), number_field(ratings.scale_min),
        number_field(ratings.scale_max), text_field(ratings.rater_id), text_field(ratings.round),
        text_field(ratings.policy), text_field(ratings.rubric), time_field(ratings.decided_at),
        list_field(ratings.reason_tags), text_field(ratings.rationale), text_field(ratings.raw),
        text_field(batches.source), text_field(batches.mode), text_field(batches.supervisor),
        text_field(ratings.own_id)
      )
    ) as said_id
  from staging.ratings
  join staging.batches on batches.batch_id = ratings.batch_id
),

known as (
  select left(rating_id, 32) as said_id, count(*) as times
  from ledger.ratings
  where left(rating_id, 32) in (select said_id from said)
  group by left(rating_id, 32)
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
    case when earlier = 0 then said_id else said_id || '.' || earlier end as rating_id,
    row_number() over (order by place, item) + (select coalesce(max(seq), 0) from ledger.ratings) as seq
  from counted
  where earlier = 0 or own_id is null
)

select
  kept.rating_id,
  ratings.prompt_id, ratings.response_id, ratings.dimension, ratings.value, ratings.scale_min, ratings.scale_max,
  ratings.rater_id, ratings.round, ratings.policy, ratings.rubric, ratings.decided_at, ratings.reason_tags,
  ratings.rationale, ratings.raw, batches.source, batches.mode, batches.supervisor, ratings.batch_id, ratings.line,
  kept.seq
from staging.ratings
join staging.batches on batches.batch_id = ratings.batch_id
join kept
  on kept.place = batches.position * 1099511627776 + ratings.line and kept.item is not distinct from ratings.item
