-- Grain: a response.
-- The style figures that later steps hold against the votes: what a style preference alone explains is no evidence of
-- quality. Counts are of characters and marks, cheap enough to take of every text.
with described as (
    select response_id, list_sort(list(distinct generator) filter (where generator is not null)) as generators, min(seq) as seq
    from ledger.responses
    group by response_id
)
select
    texts.response_id,
    texts.prompt_id,
    described.generators,
    {
        'characters': length(texts.content),
        'words': case when texts.content = '' then 0
            else length(texts.content) - length(replace(texts.content, ' ', '')) + 1 end,
        'markdown': length(texts.content)
            - length(replace(replace(replace(texts.content, '*', ''), '#', ''), '`', '')),
        'hedged': regexp_matches(lower(texts.content), '(perhaps|maybe|might|possibly|i think|not sure|it depends)'),
        'refusal': regexp_matches(
            lower(substr(texts.content, 1, 200)), '(i can.?t help|i cannot|i can.?t|i won.?t|unable to|as an ai)'),
        'apology': regexp_matches(lower(substr(texts.content, 1, 200)), '(sorry|apologi[sz]e|my apologies)')
    } as features,
    texts.seq
from ledger.responses as texts
join described on described.seq = texts.seq
