-- Grain: a pair, the prompt as messages, its sides as text.
-- NeMo-RL's binary preference makes the assistant's message of a side itself.
select
    place, split,
    with_system(system, turns) as prompt,
    chosen, rejected
from checkout.pairs
