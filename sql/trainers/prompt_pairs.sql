-- Grain: a pair, the prompt apart, everything as messages.
-- TRL's explicit-prompt conversational preference; OpenRLHF reads the same with its chat template applied.
select
    place, split,
    with_system(system, turns) as prompt,
    [{'role': 'assistant', 'content': chosen}] as chosen,
    [{'role': 'assistant', 'content': rejected}] as rejected,
    p, margin, weight
from checkout.pairs
