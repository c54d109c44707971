-- Grain: a step of a trace and its reward, not in the ledger yet.
-- Which are new, and what they are called, staging.kept says.
select
  kept.id as step_id,
  steps.prompt_id, steps.trace_id, steps."index", steps.unit, steps.template, steps.state, steps.output,
  steps.reward, steps.rater_id, steps.round, steps.policy, steps.rubric, steps.decided_at, steps.reason_tags,
  steps.rationale, steps.raw, batches.source, batches.mode, batches.supervisor, steps.batch_id, steps.line,
  kept.seq
from staging.steps
join staging.batches on batches.batch_id = steps.batch_id
join staging.kept
  on kept.kind = 'steps' and kept.place = ledger_place(batches.position, steps.line)
  and kept.item is not distinct from steps.item
