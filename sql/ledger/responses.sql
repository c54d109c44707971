-- Grain: a response as one generator gave it, not in the ledger yet.
-- The same text from another generator is another row, from the same one it is none. Equal ids have equal texts, so
-- any staged copy will do. seq is a row's own: later steps find the text by it.
with staged as (
  -- 2^40: no file has as many records, so one number is batch and line, in ledger order.
  select responses.*, batches.position * 1099511627776 + responses.line as place
  from staging.responses
  join staging.batches on batches.batch_id = responses.batch_id
),

places as (
  select
    place, batch_id, line, response_id, generator, generator_family, sampling,
    row_number() over (order by place, response_id, generator, generator_family, sampling) as number
  from (select distinct place, batch_id, line, response_id, generator, generator_family, sampling from staged)
),

known as (
  select response_id, generator, generator_family, sampling
  from ledger.responses
  where response_id in (select response_id from staging.responses)
),

first as (
  select
    response_id, generator, generator_family, sampling,
    any_value(staged.prompt_id) as prompt_id,
    any_value(staged.content) as content,
    min(place) as place
  from staged
  group by response_id, generator, generator_family, sampling
)

select
  first.response_id, first.prompt_id, first.content, first.generator, first.generator_family, first.sampling,
  places.batch_id,
  places.line,
  places.number + (select coalesce(max(seq), 0) from ledger.responses) as seq
from first
join places
  on places.place = first.place
  and places.response_id = first.response_id
  and places.generator is not distinct from first.generator
  and places.generator_family is not distinct from first.generator_family
  and places.sampling is not distinct from first.sampling
where
  not exists (
    select 1
    from known
    where known.response_id = first.response_id
      and known.generator is not distinct from first.generator
      and known.generator_family is not distinct from first.generator_family
      and known.sampling is not distinct from first.sampling
  )
