-- Grain: a rating as given, not in the ledger yet.
-- Which are new, and what they are called, staging.kept says.
select
  kept.id as rating_id,
  ratings.prompt_id, ratings.response_id, ratings.dimension, ratings.value, ratings.scale_min, ratings.scale_max,
  ratings.rater_id, ratings.round, ratings.policy, ratings.rubric, ratings.decided_at, ratings.reason_tags,
  ratings.rationale, ratings.raw, batches.source, batches.mode, batches.supervisor, ratings.batch_id, ratings.line,
  kept.seq
from staging.ratings
join staging.batches on batches.batch_id = ratings.batch_id
join staging.kept
  on kept.kind = 'ratings' and kept.place = ledger_place(batches.position, ratings.line)
  and kept.item is not distinct from ratings.item
