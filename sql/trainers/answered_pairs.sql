-- Grain: a pair, the better answer at the end of the conversation.
-- ms-swift's preference format.
select
    place, split,
    list_concat(with_system(system, turns), [{'role': 'assistant', 'content': chosen}]) as messages,
    rejected as rejected_response,
    margin
from checkout.pairs
