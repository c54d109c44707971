-- Grain: a prompt as one description gives it, not in the ledger yet.
-- The same words described in another way are another row, described in the same way they are none: what holds is
-- resolved in evidence.prompts. Equal ids have equal messages, so any staged copy will do. seq is a row's own: later steps
-- find the messages by it.
with staged as (
  -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
  select prompts.*, batches.position * 1099511627776 + prompts.line as place
  from staging.prompts
  join staging.batches on batches.batch_id = prompts.batch_id
),

places as (
  select
    place, batch_id, line, prompt_id, task, scenario, risk_level, language, tags,
    row_number() over (order by place, prompt_id, task, scenario, risk_level, language, tags) as number
  from (select distinct place, batch_id, line, prompt_id, task, scenario, risk_level, language, tags from staged)
),

known as (
  select prompt_id, task, scenario, risk_level, language, tags
  from ledger.prompts
  where prompt_id in (select prompt_id from staging.prompts)
),

first as (
  select
    prompt_id, task, scenario, risk_level, language, tags,
    any_value(staged.messages) as messages,
    min(place) as place
  from staged
  group by prompt_id, task, scenario, risk_level, language, tags
)

select
  first.prompt_id, first.messages, first.task, first.scenario, first.risk_level, first.language, first.tags,
  places.batch_id,
  places.line,
  row_number() over (
    order by first.place, first.prompt_id, first.task, first.scenario, first.risk_level, first.language, first.tags
  ) + (select coalesce(max(seq), 0) from ledger.prompts) as seq
from first
join places
  on places.place = first.place
  and places.prompt_id = first.prompt_id
  and places.task is not distinct from first.task
  and places.scenario is not distinct from first.scenario
  and places.risk_level is not distinct from first.risk_level
  and places.language is not distinct from first.language
  and places.tags is not distinct from first.tags
where
  not exists (
    select 1
    from known
    where known.prompt_id = first.prompt_id
      and known.task is not distinct from first.task
      and known.scenario is not distinct from first.scenario
      and known.risk_level is not distinct from first.risk_level
      and known.language is not distinct from first.language
      and known.tags is not distinct from first.tags
  )
