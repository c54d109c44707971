-- Grain: a record that copies a frozen evaluation set.
-- Its prompt or one of its responses is a text that training is measured by, or nearly: no rule of a policy may place it.
with texts as (
    select 'pairs' as kind, pair_id as record_id, prompt_id, a as response_id from evidence.pairs
    union all
    select 'pairs', pair_id, prompt_id, b from evidence.pairs
    union all
    -- A rated response and a thumb are named after their response, a trace has none.
    select kind, record_id, prompt_id, substr(record_id, 1, 32) from weighting.records where kind <> 'pairs'
),
copied as (
    select texts.kind, texts.record_id, found.how, found.source
    from texts
    join evidence.contaminated as found on found.kind = 'response' and found.id = texts.response_id
    union all
    select texts.kind, texts.record_id, found.how, found.source
    from texts
    join evidence.contaminated as found on found.kind = 'prompt' and found.id = texts.prompt_id
)
select kind, record_id, min(how) as how, min(source) as source
from copied
group by kind, record_id
