-- Grain: a statement that is staged: a vote, a rating, a step's reward or an event.
-- Where it stands, and what it says: the hash of all of it, and of who said it where. A record with an id of its own is told by that as
-- well.
with batches as (
  select batch_id, position, text_field(source) || text_field(mode) || text_field(supervisor) as heard
  from staging.batches
)

select
  'votes' as kind, ledger_place(batches.position, votes.line) as place, votes.item, votes.own_id is not null as named,
  short_hash(
    concat(
      text_field('vote'), text_field(votes.prompt_id), text_field(votes.left_id), text_field(votes.right_id),
      text_field(votes.choice), number_field(votes.strength), text_field(votes.dimension),
      text_field(votes.rater_id), text_field(votes.judgement_id), text_field(votes.judgement_size::varchar),
      time_field(votes.shown_at), text_field(votes.round), text_field(votes.policy), text_field(votes.rubric),
      time_field(votes.decided_at), list_field(votes.reason_tags), text_field(votes.rationale),
      text_field(votes.raw), batches.heard, text_field(votes.own_id)
    )
  ) as said_id
from staging.votes
join batches on batches.batch_id = votes.batch_id
union all
select
  'ratings', ledger_place(batches.position, ratings.line), ratings.item, ratings.own_id is not null,
  short_hash(
    concat(
      text_field('rating'), text_field(ratings.prompt_id), text_field(ratings.response_id),
      text_field(ratings.dimension), number_field(ratings.value), number_field(ratings.scale_min),
      number_field(ratings.scale_max), text_field(ratings.rater_id), text_field(ratings.round),
      text_field(ratings.policy), text_field(ratings.rubric), time_field(ratings.decided_at),
      list_field(ratings.reason_tags), text_field(ratings.rationale), text_field(ratings.raw),
      batches.heard, text_field(ratings.own_id)
    )
  )
from staging.ratings
join batches on batches.batch_id = ratings.batch_id
union all
select
  'steps', ledger_place(batches.position, steps.line), steps.item, steps.own_id is not null,
  short_hash(
    concat(
      text_field('step'), text_field(steps.prompt_id), text_field(steps.trace_id),
      text_field(steps."index"::varchar), text_field(steps.unit), text_field(steps.template),
      text_field(steps.state), text_field(steps.output), number_field(steps.reward), text_field(steps.rater_id),
      text_field(steps.round), text_field(steps.policy), text_field(steps.rubric), time_field(steps.decided_at),
      list_field(steps.reason_tags), text_field(steps.rationale), text_field(steps.raw), batches.heard, text_field(steps.own_id)
    )
  )
from staging.steps
join batches on batches.batch_id = steps.batch_id
union all
select
  'events', ledger_place(batches.position, events.line), events.item, events.own_id is not null,
  short_hash(
    concat(
      text_field('event'), text_field(events.kind), text_field(events.prompt_id), text_field(events.response_id),
      text_field(events.session), text_field(events.user_id), text_field(events.position::varchar),
      list_field(events.alternatives), number_field(events.value), time_field(events.occurred_at),
      text_field(events.rater_id), text_field(events.round), text_field(events.policy), text_field(events.rubric),
      time_field(events.decided_at), list_field(events.reason_tags), text_field(events.rationale),
      text_field(events.raw), batches.heard,
      text_field(events.own_id), text_field(events.became_id), text_field(events.surface), text_field(events.segment),
      text_field(events.cohort), text_field(events.address), time_field(events.received_at)
    )
  )
from staging.events
join batches on batches.batch_id = events.batch_id
