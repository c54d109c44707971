-- Grain: something a user did, not in the ledger yet.
-- Which are new, and what they are called, staging.kept says.
select
  kept.id as event_id,
  events.kind, events.prompt_id, events.response_id, events.session, events.user_id, events.position,
  events.alternatives, events.value, events.occurred_at, events.rater_id, events.own_id, events.became_id,
  events.surface, events.segment, events.cohort, events.address, events.received_at, events.round, events.policy, events.rubric,
  events.decided_at, events.reason_tags, events.rationale, events.raw, batches.source, batches.mode,
  batches.supervisor, events.batch_id, events.line,
  kept.seq
from staging.events
join staging.batches on batches.batch_id = events.batch_id
join staging.kept
  on kept.kind = 'events' and kept.place = ledger_place(batches.position, events.line)
  and kept.item is not distinct from events.item
