-- Grain: a layer, a kind of record and a kind of personal data found in their texts.
-- Whether the texts are released as they are or with placeholders: how many records it is about. A record counts once, however many
-- of its texts hold it.
with texts as (
    select kind, record_id, layer, 'prompt' as text, prompt_id as id
    from layers.records
    union all
    select placed.kind, placed.record_id, placed.layer, 'response', pairs.a
    from layers.records as placed
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    where placed.kind = 'pairs'
    union all
    select placed.kind, placed.record_id, placed.layer, 'response', pairs.b
    from layers.records as placed
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    where placed.kind = 'pairs'
    union all
    select kind, record_id, layer, 'response', split_part(record_id, '.', 1)
    from layers.records
    where kind in ('ratings', 'unpaired')
    union all
    select kind, record_id, layer, 'state', record_id
    from layers.records
    where kind = 'traces'
    union all
    select kind, record_id, layer, 'output', record_id
    from layers.records
    where kind = 'traces'
)
select texts.layer, texts.kind, found.kind as personal_data, count(distinct texts.record_id) as records
from texts
join privacy.found as found on found.text = texts.text and found.id = texts.id
group by texts.layer, texts.kind, found.kind
order by texts.layer, texts.kind, found.kind
