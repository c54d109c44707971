-- Grain: a prompt as one description gives it, not in the ledger yet.
-- The same words described in another way are another row, described in the same way they are none: what holds is
-- resolved in evidence.prompts. Only ids are grouped and sorted: the messages are joined in at the end.
with places as (
  select
    prompts.prompt_id, prompts.task, prompts.scenario, prompts.risk_level, prompts.language, prompts.tags,
    ledger_place(batches.position, prompts.line) as place,
    count(*) as times
  from staging.prompts
  join staging.batches on batches.batch_id = prompts.batch_id
  group by
    prompts.prompt_id, prompts.task, prompts.scenario, prompts.risk_level, prompts.language, prompts.tags,
    ledger_place(batches.position, prompts.line)
),

known as (
  select prompt_id, task, scenario, risk_level, language, tags
  from ledger.prompts
  where prompt_id in (select prompt_id from staging.prompts)
),

first as (
  select
    prompt_id, task, scenario, risk_level, language, tags,
    min(place) as place,
    arg_min(times, place) as times
  from places
  group by prompt_id, task, scenario, risk_level, language, tags
),

kept as (
  select
    first.*,
    row_number() over (
      order by first.place, first.prompt_id, first.task, first.scenario, first.risk_level, first.language, first.tags
    ) + (select coalesce(max(seq), 0) from ledger.prompts) as seq
  from first
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
)

-- Two joins and not one that both read: that one would hold every text once more.
select
  prompts.prompt_id, prompts.messages, prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
  prompts.tags, prompts.batch_id, prompts.line, kept.seq
from staging.prompts
join staging.batches on batches.batch_id = prompts.batch_id
join kept
  on kept.prompt_id = prompts.prompt_id
  and kept.place = ledger_place(batches.position, prompts.line)
  and kept.task is not distinct from prompts.task
  and kept.scenario is not distinct from prompts.scenario
  and kept.risk_level is not distinct from prompts.risk_level
  and kept.language is not distinct from prompts.language
  and kept.tags is not distinct from prompts.tags
where kept.times = 1
union all
-- A record that gives a prompt several times; equal ids have equal messages, so these rows are equal in full.
select distinct
  prompts.prompt_id, prompts.messages, prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
  prompts.tags, prompts.batch_id, prompts.line, kept.seq
from staging.prompts
join staging.batches on batches.batch_id = prompts.batch_id
join kept
  on kept.prompt_id = prompts.prompt_id
  and kept.place = ledger_place(batches.position, prompts.line)
  and kept.task is not distinct from prompts.task
  and kept.scenario is not distinct from prompts.scenario
  and kept.risk_level is not distinct from prompts.risk_level
  and kept.language is not distinct from prompts.language
  and kept.tags is not distinct from prompts.tags
where kept.times > 1
