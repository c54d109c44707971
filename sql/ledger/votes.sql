-- Grain: a vote as given, not in the ledger yet.
-- Which are new, and what they are called, staging.kept says.
select
  kept.id as vote_id,
  votes.prompt_id, votes.left_id, votes.right_id, votes.choice, votes.strength, votes.dimension, votes.rater_id,
  votes.judgement_id, votes.judgement_size, votes.shown_at, votes.order_known, votes.round, votes.policy, votes.rubric,
  votes.decided_at, votes.reason_tags, votes.rationale, votes.raw, batches.source, batches.mode, batches.supervisor,
  votes.batch_id, votes.line,
  kept.seq
from staging.votes
join staging.batches on batches.batch_id = votes.batch_id
join staging.kept
  on kept.kind = 'votes' and kept.place = ledger_place(batches.position, votes.line)
  and kept.item is not distinct from votes.item
