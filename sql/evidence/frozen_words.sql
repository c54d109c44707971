-- Grain: a text of a frozen evaluation set: a prompt, a response, or both together.
-- What the texts of the ledger are compared with. A short text says too little to be known again by itself, so prompt and response
-- are also taken together.
with texts as (
    select source, 'prompt' as kind, prompt_id as text_id, list_transform(messages, lambda m: m.content) as parts
    from ledger.frozen
    union all
    select source, 'response', left_id, [left_text]
    from ledger.frozen
    union all
    select source, 'response', right_id, [right_text]
    from ledger.frozen
    union all
    select source, 'exchange', left_id, list_concat(list_transform(messages, lambda m: m.content), [left_text])
    from ledger.frozen
    union all
    select source, 'exchange', right_id, list_concat(list_transform(messages, lambda m: m.content), [right_text])
    from ledger.frozen
),
spelled as (
    select kind, plain_words(array_to_string(parts, ' ')) as said, min(source) as source
    from texts
    group by kind, plain_words(array_to_string(parts, ' '))
),
split as (
    select kind, source, said, text_words(said) as words
    from spelled
    where said <> ''
)
select kind, source, said, words, cast(array_length(words) as bigint) as n
from split
