-- Grain: a response.
-- The style figures that later steps hold against the votes: what a style preference alone explains is no evidence of
-- quality. Plain searches, cheap enough to run over every text; refusals and apologies stand at the beginning of an answer.
-- Responses that left with the people who brought them, or whose prompt did, are none any more.
with described as (
    select
        response_id,
        coalesce(list_sort(list_distinct(list(generator) filter (where generator is not null))), []) as generators,
        min(seq) as seq
    from ledger.responses
    group by response_id
),
-- Only the head is put in lower case: it is short. Few texts hedge or cite, so one search tells those that may do either.
texts as (
    select
        response_id, prompt_id, content, seq, replace(lower(substr(content, 1, 100)), '’', '''') as head,
        regexp_matches(
            content,
            '[Pp]erhaps|[Mm]aybe|[Mm]ight|[Pp]ossibly|[Ii] think|[Nn]ot sure|[Ii]t depends|https?://|doi\.org/|\[[0-9]{1,3}\]|et al\.|[Aa]ccording to '
        ) as telling
    from ledger.responses
)
select
    texts.response_id,
    texts.prompt_id,
    described.generators,
    {
        'characters': length(content),
        'markdown': case
            when contains(content, '*') or contains(content, '#') or contains(content, '`')
                then length(content) - length(replace(replace(replace(content, '*', ''), '#', ''), '`', ''))
            else 0
        end,
        'hedged': case
            when telling then regexp_matches(content, '[Pp]erhaps|[Mm]aybe|[Mm]ight|[Pp]ossibly|[Ii] think|[Nn]ot sure|[Ii]t depends')
            else false
        end,
        'refusal': contains(head, 'i can''t') or contains(head, 'i cannot') or contains(head, 'i won''t')
            or contains(head, 'unable to') or contains(head, 'as an ai'),
        'apology': contains(head, 'sorry') or contains(head, 'apolog'),
        'citation': case
            when telling then regexp_matches(content, 'https?://|doi\.org/|\[[0-9]{1,3}\]|et al\.|[Aa]ccording to ')
            else false
        end
    } as features,
    texts.seq
from texts
join described on described.seq = texts.seq
anti join evidence.erased as erased on erased.kind = 'response' and erased.id = texts.response_id
anti join evidence.erased as unasked on unasked.kind = 'prompt' and unasked.id = texts.prompt_id
