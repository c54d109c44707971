-- Grain: a record of a training layer, of the prompts that are drawn for inspection, where the policy marks personal data.
-- What the policy only marks leaves as it is; what it hides does not, and where nobody searched there is nothing to ask. Ratings, traces
-- and thumbs are handed out as pairs are. A record counts once, however many of its texts hold something.
with drawn as (
    select
        placed.kind, placed.record_id, placed.prompt_id, records.policy_scenario as scenario, prompts.task
    from layers.records as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
    where placed.layer <> 'backflow' and hash_bits_high(placed.prompt_id) % $parts = 0
        and (select max(personal_data) from privacy.searched) = 'mark'
),
texts as (
    select kind, record_id, 'prompt' as text, prompt_id as id
    from drawn
    union all
    select drawn.kind, drawn.record_id, 'response', pairs.a
    from drawn
    join evidence.pairs as pairs on pairs.pair_id = drawn.record_id
    where drawn.kind = 'pairs'
    union all
    select drawn.kind, drawn.record_id, 'response', pairs.b
    from drawn
    join evidence.pairs as pairs on pairs.pair_id = drawn.record_id
    where drawn.kind = 'pairs'
    union all
    select kind, record_id, 'response', split_part(record_id, '.', 1)
    from drawn
    where kind in ('ratings', 'unpaired')
    union all
    select kind, record_id, 'state', record_id
    from drawn
    where kind = 'traces'
    union all
    select kind, record_id, 'output', record_id
    from drawn
    where kind = 'traces'
),
personal as (
    select distinct texts.kind, texts.record_id
    from texts
    join privacy.found as found on found.text = texts.text and found.id = texts.id
)
select
    drawn.kind, drawn.record_id, drawn.prompt_id, drawn.scenario, drawn.task,
    personal.record_id is not null as personal_data
from drawn
left join personal on personal.kind = drawn.kind and personal.record_id = drawn.record_id
