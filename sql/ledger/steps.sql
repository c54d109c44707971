-- Grain: a step of a trace and its reward, not in the ledger yet.
-- A record with an id of its own counts once however often it is read. Without one, equal statements are kept apart
-- by how many came before, over the whole ledger, so that cutting or shuffling files changes no id.
with said as (
  select
    -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
    batches.position * 1099511627776 + steps.line as place,
    steps.item,
    steps.own_id,
    short_hash(
      concat(
        text_field('step'), text_field(steps.prompt_id), text_field(steps.trace_id),
        text_field(steps."index"::varchar), text_field(steps.unit), text_field(steps.template),
        text_field(steps.state), text_field(steps.output), number_field(steps.reward), text_field(steps.rater_id),
        text_field(steps.round), text_field(steps.policy), text_field(steps.rubric), time_field(steps.decided_at),
        list_field(steps.reason_tags), text_field(steps.rationale), text_field(steps.raw), text_field(batches.source),
        text_field(batches.mode), text_field(batches.supervisor), text_field(steps.own_id)
      )
    ) as said_id
  from staging.steps
  join staging.batches on batches.batch_id = steps.batch_id
),

known as (
  select left(step_id, 32) as said_id, count(*) as times
  from ledger.steps
  where left(step_id, 32) in (select said_id from said)
  group by left(step_id, 32)
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
    case when earlier = 0 then said_id else said_id || '.' || earlier end as step_id,
    row_number() over (order by place, item) + (select coalesce(max(seq), 0) from ledger.steps) as seq
  from counted
  where earlier = 0 or own_id is null
)

select
  kept.step_id,
  steps.prompt_id, steps.trace_id, steps."index", steps.unit, steps.template, steps.state, steps.output,
  steps.reward, steps.rater_id, steps.round, steps.policy, steps.rubric, steps.decided_at, steps.reason_tags,
  steps.rationale, steps.raw, batches.source, batches.mode, batches.supervisor, steps.batch_id, steps.line,
  kept.seq
from staging.steps
join staging.batches on batches.batch_id = steps.batch_id
join kept
  on kept.place = batches.position * 1099511627776 + steps.line and kept.item is not distinct from steps.item
