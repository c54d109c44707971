-- Grain: a prompt as one description gives it, not in the ledger yet.
-- The same words described in another way are another row, described in the same way they are none: what holds is
-- resolved in evidence.prompts. Only ids are grouped and sorted: the messages are joined in at the end.
with places as (
  -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
  select
    prompts.prompt_id, prompts.task, prompts.scenario, prompts.risk_level, prompts.language, prompts.tags,
    min(batches.position * 1099511627776 + prompts.line) as place
  from staging.prompts
  join staging.batches on batches.batch_id = prompts.batch_id
  group by
    prompts.prompt_id, prompts.task, prompts.scenario, prompts.risk_level, prompts.language, prompts.tags
),

known as (
  select prompt_id, task, scenario, risk_level, language, tags
  from ledger.prompts
  where prompt_id in (select prompt_id from staging.prompts)
),

kept as (
  select
    places.*,
    row_number() over (
      order by
        places.place, places.prompt_id, places.task, places.scenario, places.risk_level, places.language, places.tags
    ) + (select coalesce(max(seq), 0) from ledger.prompts) as seq
  from places
  where
    not exists (
      select 1
      from known
      where known.prompt_id = places.prompt_id
        and known.task is not distinct from places.task
        and known.scenario is not distinct from places.scenario
        and known.risk_level is not distinct from places.risk_level
        and known.language is not distinct from places.language
        and known.tags is not distinct from places.tags
    )
),

words as (
  -- A record may give a prompt several times, described in several ways; equal ids have equal messages.
  select
    prompts.prompt_id,
    batches.position * 1099511627776 + prompts.line as place,
    any_value(prompts.messages) as messages,
    any_value(prompts.batch_id) as batch_id,
    any_value(prompts.line) as line
  from staging.prompts
  join staging.batches on batches.batch_id = prompts.batch_id
  where
    exists (
      select 1
      from kept
      where kept.prompt_id = prompts.prompt_id and kept.place = batches.position * 1099511627776 + prompts.line
    )
  group by prompts.prompt_id, batches.position * 1099511627776 + prompts.line
)

select
  kept.prompt_id, words.messages, kept.task, kept.scenario, kept.risk_level, kept.language, kept.tags,
  words.batch_id, words.line, kept.seq
from kept
join words on words.prompt_id = kept.prompt_id and words.place = kept.place
