-- Grain: a prompt or a response of the ledger that is a text of a frozen evaluation set, or nearly.
-- Whoever trains on what training is measured by learns the measure. Texts are compared as sets of words: equal words, or four
-- fifths of them in common, where there are eight at least. Two such sets share three of their first words, the longest, so only
-- those need to be looked at (prefix filtering: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): nothing that
-- is near is missed, and nothing is left to chance. Shorter texts count when prompt and response together are equal.
with texts as (
    select 'response' as kind, responses.response_id as id, text_words(stored.content) as words
    from evidence.responses as responses
    join ledger.responses as stored on stored.seq = responses.seq
    where exists (select 1 from ledger.frozen)
    union all
    select
        'prompt', prompts.prompt_id,
        text_words(array_to_string(list_transform(stored.messages, lambda m: m.content), ' '))
    from evidence.prompts as prompts
    join ledger.prompts as stored on stored.seq = prompts.seq
    where exists (select 1 from ledger.frozen)
),
prefixes as (
    select
        kind, id, array_length(words) as n,
        unnest(array_slice(words, 1, array_length(words) - cast(ceil(0.8 * array_length(words)) as int) + 3)) as word
    from texts
    where array_length(words) >= 8
),
frozen_prefixes as (
    select
        kind, said, n,
        unnest(array_slice(words, 1, cast(n as int) - cast(ceil(0.8 * n) as int) + 3)) as word
    from evidence.frozen_words
    where n >= 8 and kind <> 'exchange'
),
candidates as (
    select prefixes.kind, prefixes.id, frozen_prefixes.said
    from prefixes
    join frozen_prefixes on frozen_prefixes.word = prefixes.word and frozen_prefixes.kind = prefixes.kind
    where prefixes.n >= 0.8 * frozen_prefixes.n and frozen_prefixes.n >= 0.8 * prefixes.n
    group by prefixes.kind, prefixes.id, frozen_prefixes.said
    having count(*) >= 3
),
candidate_texts as (
    select
        candidates.kind, candidates.id, candidates.said, responses.prompt_id,
        plain_words(stored.content) as own
    from candidates
    join evidence.responses as responses on responses.response_id = candidates.id
    join ledger.responses as stored on stored.seq = responses.seq
    where candidates.kind = 'response'
    union all
    select
        candidates.kind, candidates.id, candidates.said, candidates.id,
        plain_words(array_to_string(list_transform(stored.messages, lambda m: m.content), ' '))
    from candidates
    join evidence.prompts as prompts on prompts.prompt_id = candidates.id
    join ledger.prompts as stored on stored.seq = prompts.seq
    where candidates.kind = 'prompt'
),
compared as (
    select
        candidate_texts.kind, candidate_texts.id, candidate_texts.said, candidate_texts.prompt_id, frozen.source,
        candidate_texts.own = candidate_texts.said as equal,
        array_length(array_intersect(text_words(candidate_texts.own), frozen.words))
            / greatest(array_length(text_words(candidate_texts.own)), frozen.n) as similarity
    from candidate_texts
    join evidence.frozen_words as frozen
        on frozen.kind = candidate_texts.kind and frozen.said = candidate_texts.said
),
alike as (
    select *, dense_rank() over (partition by kind, said order by prompt_id) as place
    from compared
    where equal or similarity >= 0.8
),
-- What answers six prompts is a phrase that everybody uses, such as a refusal: it says nothing of the set.
told as (
    select *, max(place) over (partition by kind, said) as prompts
    from alike
),
-- The few short texts whose exchange is frozen, looked up by their words.
exchanges as (
    select
        'response' as kind, responses.response_id as id,
        plain_words(array_to_string(
            list_concat(list_transform(asked.messages, lambda m: m.content), [stored.content]), ' '
        )) as own
    from evidence.responses as responses
    join ledger.responses as stored on stored.seq = responses.seq
    join evidence.prompts as prompts on prompts.prompt_id = responses.prompt_id
    join ledger.prompts as asked on asked.seq = prompts.seq
    where exists (select 1 from ledger.frozen) and length(stored.content) < 80
),
found as (
    select kind, id, source, case when equal then 'exact' else 'near' end as how, similarity
    from told
    where kind = 'prompt' or prompts <= 5
    union all
    select exchanges.kind, exchanges.id, frozen.source, 'exact', 1e0
    from exchanges
    join evidence.frozen_words as frozen on frozen.kind = 'exchange' and frozen.said = exchanges.own
)
select
    kind, id,
    min(how) as how,
    max(similarity) as similarity,
    min(source) as source
from found
group by kind, id
