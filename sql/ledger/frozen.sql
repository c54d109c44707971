-- Grain: a judgement of a frozen evaluation set, not in the ledger yet.
-- What training is measured by lives here and nowhere else: no other table of the ledger holds a word of it, so nothing that is
-- built from the ledger can train on it. Both texts stand in the row, since only measuring reads it. The same judgement in
-- another file of the source is none.
with said as (
  select
    short_hash(
      concat(
        text_field('frozen'), text_field(batches.source), text_field(votes.prompt_id), text_field(votes.left_id),
        text_field(votes.right_id), text_field(votes.choice), text_field(votes.dimension), text_field(votes.rater_id)
      )
    ) as frozen_id,
    votes.prompt_id, votes.left_id, votes.right_id, votes.choice, votes.dimension, votes.rater_id,
    batches.source, votes.batch_id, votes.line,
    ledger_place(batches.position, votes.line) as place
  from staging.votes
  join staging.batches on batches.batch_id = votes.batch_id
),

first as (
  select *, row_number() over (partition by frozen_id order by place) as time
  from said
),

asked as (
  select
    batch_id, line, prompt_id,
    any_value(messages) as messages,
    min(task) as task,
    min(scenario) as scenario,
    min(risk_level) as risk_level
  from staging.prompts
  group by batch_id, line, prompt_id
),

answered as (
  select batch_id, line, response_id, any_value(content) as content
  from staging.responses
  group by batch_id, line, response_id
)

select
  first.frozen_id, first.source, first.prompt_id, asked.messages, first.left_id, first.right_id,
  one.content as left_text,
  other.content as right_text,
  first.choice, first.dimension, first.rater_id,
  coalesce(asked.task, 'unknown') as task,
  coalesce(asked.scenario, 'general') as scenario,
  coalesce(asked.risk_level, 'low') as risk_level,
  first.batch_id, first.line,
  row_number() over (order by first.place, first.frozen_id) + (select coalesce(max(seq), 0) from ledger.frozen) as seq
from first
join asked on asked.batch_id = first.batch_id and asked.line = first.line and asked.prompt_id = first.prompt_id
join answered as one
  on one.batch_id = first.batch_id and one.line = first.line and one.response_id = first.left_id
join answered as other
  on other.batch_id = first.batch_id and other.line = first.line and other.response_id = first.right_id
where first.time = 1 and first.frozen_id not in (select frozen_id from ledger.frozen)
