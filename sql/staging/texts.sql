-- Grain: a text of the ledger that may hold personal data, and that nobody searched yet.
-- A text is searched once: privacy.searched says how far the ledger was gone through, and what came again since, by another name or
-- rater, is found in privacy.found already.
with tags as (
    select unnest(reason_tags) as tag
    from ledger.votes
    where array_length(reason_tags) > 0 and seq > (select coalesce(max(votes), 0) from privacy.searched)
    union
    select unnest(reason_tags)
    from ledger.ratings
    where array_length(reason_tags) > 0 and seq > (select coalesce(max(ratings), 0) from privacy.searched)
    union
    select unnest(reason_tags)
    from ledger.events
    where array_length(reason_tags) > 0 and seq > (select coalesce(max(events), 0) from privacy.searched)
),
steps as (
    select trace_id, "index", min(state) as state, min(output) as output
    from ledger.steps
    where seq > (select coalesce(max(steps), 0) from privacy.searched)
    group by trace_id, "index"
),
prompts as (
    select prompt_id, min(seq) as seq
    from ledger.prompts
    where seq > (select coalesce(max(prompts), 0) from privacy.searched)
        and may_be_personal(array_to_string(list_transform(messages, lambda m: m.content), chr(10)))
    group by prompt_id
),
responses as (
    select response_id, min(seq) as seq
    from ledger.responses
    where seq > (select coalesce(max(responses), 0) from privacy.searched) and may_be_personal(content)
    group by response_id
),
texts as (
    select
        'prompt' as text, prompts.prompt_id as id, 0 as part, cast(null as varchar) as content, stored.messages
    from prompts
    join ledger.prompts as stored on stored.seq = prompts.seq
    union all
    select 'response', responses.response_id, 0, stored.content, null
    from responses
    join ledger.responses as stored on stored.seq = responses.seq
    union all
    select 'state', trace_id, "index", state, null
    from steps
    where may_be_personal(state)
    union all
    select 'output', trace_id, "index", output, null
    from steps
    where may_be_personal(output)
    union all
    select 'tag', tag, 0, tag, null
    from tags
    where may_be_personal(tag)
)
select texts.text, texts.id, texts.part, texts.content, texts.messages
from texts
anti join privacy.found as known on known.text = texts.text and known.id = texts.id and known.part = texts.part
