-- Grain: a vote as given, not in the ledger yet.
-- A record with an id of its own counts once however often it is read. Without one, equal statements are kept apart
-- by how many came before, over the whole ledger, so that cutting or shuffling files changes no id.
with said as (
  select
    -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
    batches.position * 1099511627776 + votes.line as place,
    votes.item,
    votes.own_id,
    short_hash(
      concat(
        text_field('vote'), text_field(votes.prompt_id), text_field(votes.left_id), text_field(votes.right_id),
        text_field(votes.choice), number_field(votes.strength), text_field(votes.dimension),
        text_field(votes.rater_id), text_field(votes.judgement_id), text_field(votes.judgement_size::varchar),
        time_field(votes.shown_at), text_field(votes.round), text_field(votes.policy), text_field(votes.rubric),
        time_field(votes.decided_at), list_field(votes.reason_tags), text_field(votes.rationale),
        text_field(votes.raw), text_field(batches.source), text_field(batches.mode), text_field(batches.supervisor),
        text_field(votes.own_id)
      )
    ) as said_id
  from staging.votes
  join staging.batches on batches.batch_id = votes.batch_id
),

known as (
  select left(vote_id, 32) as said_id, count(*) as times
  from ledger.votes
  where left(vote_id, 32) in (select said_id from said)
  group by left(vote_id, 32)
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
    case when earlier = 0 then said_id else said_id || '.' || earlier end as vote_id,
    row_number() over (order by place, item) + (select coalesce(max(seq), 0) from ledger.votes) as seq
  from counted
  where earlier = 0 or own_id is null
)

select
  kept.vote_id,
  votes.prompt_id, votes.left_id, votes.right_id, votes.choice, votes.strength, votes.dimension, votes.rater_id,
  votes.judgement_id, votes.judgement_size, votes.shown_at, votes.round, votes.policy, votes.rubric,
  votes.decided_at, votes.reason_tags, votes.rationale, votes.raw, batches.source, batches.mode, batches.supervisor,
  votes.batch_id, votes.line,
  kept.seq
from staging.votes
join staging.batches on batches.batch_id = votes.batch_id
join kept
  on kept.place = batches.position * 1099511627776 + votes.line and kept.item is not distinct from votes.item
