-- Grain: a file or page read in this run. Runs after the other ledger tables, whose new rows it counts.
-- The digests sum up the ids of the rows that the batch brought: over all batches they say what the ledger holds,
-- whatever the order and the cut of the files. What was refused is no content and not in them.
with brought as (
  select batch_id, vote_id as row_id from ledger.votes
  union all
  select batch_id, rating_id from ledger.ratings
  union all
  select batch_id, step_id from ledger.steps
  union all
  select batch_id, event_id from ledger.events
  union all
  select
    batch_id,
    'prompts' || text_field(prompt_id) || text_field(task) || text_field(scenario) || text_field(risk_level)
    || text_field(language) || list_field(tags)
  from ledger.prompts
  union all
  select
    batch_id,
    'responses' || text_field(response_id) || text_field(generator) || text_field(generator_family)
    || text_field(sampling)
  from ledger.responses
  union all
  select
    batch_id,
    'raters' || text_field(rater_id) || text_field(level) || text_field(family) || text_field(version)
  from ledger.raters
  union all
  select batch_id, 'withdrawals' || text_field(subject) from ledger.withdrawals
  union all
  select batch_id, frozen_id from ledger.frozen
),

hashed as (
  select
    batch_id,
    -- A statement's id is a hash already, unless an occurrence count follows it. A description may have as many
    -- characters by chance, but begins with a letter that no hash has.
    case when length(row_id) = 32 and row_id < 'g' then row_id else short_hash(row_id) end as row_hash
  from brought
  where batch_id in (select batch_id from staging.batches)
),

counted as (
  select
    batch_id,
    count(*) as row_count,
    sum(cast(hash_bits_high(row_hash) as decimal(38, 0))) as digest_high,
    sum(cast(hash_bits_low(row_hash) as decimal(38, 0))) as digest_low
  from hashed
  group by batch_id
),

refused as (
  select batch_id, count(*) as quarantined
  from staging.rejects
  group by batch_id
)

select
  batches.batch_id,
  batches.source,
  batches.mode,
  batches.supervisor,
  batches.uri,
  batches.bytes,
  batches.read,
  batches.read - coalesce(refused.quarantined, 0) as accepted,
  coalesce(refused.quarantined, 0) as quarantined,
  coalesce(counted.row_count, 0) as rows,
  coalesce(counted.digest_high, 0)::varchar as digest_high,
  coalesce(counted.digest_low, 0)::varchar as digest_low,
  row_number() over (order by batches.position) + (select coalesce(max(seq), 0) from ledger.batches) as seq
from staging.batches
left join counted on counted.batch_id = batches.batch_id
left join refused on refused.batch_id = batches.batch_id
