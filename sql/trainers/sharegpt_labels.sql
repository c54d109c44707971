-- Grain: a response with a label, at the end of its conversation.
-- LLaMA-Factory's sharegpt KTO: the turns are even in number, and the tag is a true boolean.
select
    place, split,
    list_concat(
        list_transform(
            turns, lambda m: {'from': case m.role when 'user' then 'human' else 'gpt' end, 'value': m.content}
        ),
        [{'from': 'gpt', 'value': response}]
    ) as conversations,
    system,
    label as kto_tag
from checkout.labels
