-- Grain: a response as one generator gave it, not in the ledger yet.
-- The same text from another generator is another row, from the same one it is none. Only ids are grouped and sorted:
-- the texts, most of all bytes that come in, are joined in at the end.
with places as (
  select
    responses.response_id, responses.generator, responses.generator_family, responses.sampling,
    ledger_place(batches.position, responses.line) as place,
    count(*) as times
  from staging.responses
  join staging.batches on batches.batch_id = responses.batch_id
  group by
    responses.response_id, responses.generator, responses.generator_family, responses.sampling,
    ledger_place(batches.position, responses.line)
),

known as (
  select response_id, generator, generator_family, sampling
  from ledger.responses
  where response_id in (select response_id from staging.responses)
),

first as (
  select response_id, generator, generator_family, sampling, min(place) as place, arg_min(times, place) as times
  from places
  group by response_id, generator, generator_family, sampling
),

kept as (
  select
    first.*,
    row_number() over (
      order by first.place, first.response_id, first.generator, first.generator_family, first.sampling
    ) + (select coalesce(max(seq), 0) from ledger.responses) as seq
  from first
  where
    not exists (
      select 1
      from known
      where known.response_id = first.response_id
        and known.generator is not distinct from first.generator
        and known.generator_family is not distinct from first.generator_family
        and known.sampling is not distinct from first.sampling
    )
)

-- Two joins and not one that both read: that one would hold every text once more.
select
  responses.response_id, responses.prompt_id, responses.content, responses.generator, responses.generator_family,
  responses.sampling, responses.batch_id, responses.line, kept.seq
from staging.responses
join staging.batches on batches.batch_id = responses.batch_id
join kept
  on kept.response_id = responses.response_id
  and kept.place = ledger_place(batches.position, responses.line)
  and kept.generator is not distinct from responses.generator
  and kept.generator_family is not distinct from responses.generator_family
  and kept.sampling is not distinct from responses.sampling
where kept.times = 1
union all
-- A record that gives a response several times; equal ids have equal texts, so these rows are equal in full.
select distinct
  responses.response_id, responses.prompt_id, responses.content, responses.generator, responses.generator_family,
  responses.sampling, responses.batch_id, responses.line, kept.seq
from staging.responses
join staging.batches on batches.batch_id = responses.batch_id
join kept
  on kept.response_id = responses.response_id
  and kept.place = ledger_place(batches.position, responses.line)
  and kept.generator is not distinct from responses.generator
  and kept.generator_family is not distinct from responses.generator_family
  and kept.sampling is not distinct from responses.sampling
where kept.times > 1
