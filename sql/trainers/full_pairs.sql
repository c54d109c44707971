-- Grain: a pair, each side the whole conversation as messages.
-- TRL's implicit-prompt conversational preference, and what open-instruct takes the prompt from.
select
    place, split,
    list_concat(with_system(system, turns), [{'role': 'assistant', 'content': chosen}]) as chosen,
    list_concat(with_system(system, turns), [{'role': 'assistant', 'content': rejected}]) as rejected,
    p, margin, weight
from checkout.pairs
