-- Grain: a pair that people were asked about, with its texts as the ledger has them and as they were shown.
-- Answers to texts with placeholders must come back to the pair itself, so the import puts the texts back; which of them stood left is
-- told by the check that came with the task.
with asked as (
    select distinct unnest(string_split($pairs, ',')) as pair_id
)
select
    pairs.pair_id as item,
    cast(to_json(prompts.messages) as varchar) as messages,
    cast(to_json(coalesce(shown.messages, prompts.messages)) as varchar) as shown_messages,
    one.content as a, coalesce(shown_a.content, one.content) as shown_a,
    other.content as b, coalesce(shown_b.content, other.content) as shown_b,
    sha256(concat_ws(
        chr(30),
        array_to_string(list_transform(prompts.messages, lambda m: m.role || chr(31) || m.content), chr(30)),
        one.content, other.content
    )) as check_ab,
    sha256(concat_ws(
        chr(30),
        array_to_string(list_transform(prompts.messages, lambda m: m.role || chr(31) || m.content), chr(30)),
        other.content, one.content
    )) as check_ba
from asked
join evidence.pairs as pairs on pairs.pair_id = asked.pair_id
join evidence.prompts as described on described.prompt_id = pairs.prompt_id
join ledger.prompts as prompts on prompts.seq = described.seq
join ledger.responses as one on one.seq = pairs.seq_a
join ledger.responses as other on other.seq = pairs.seq_b
left join privacy.prompts as shown on shown.prompt_id = pairs.prompt_id
left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = pairs.a
left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = pairs.b
where shown.prompt_id is not null or shown_a.id is not null or shown_b.id is not null
