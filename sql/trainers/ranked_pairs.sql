-- Grain: a pair as two ranked completions of a context.
-- NeMo-RL's preference format: the lower rank is the better, and equal ranks stop it.
select
    place, split,
    with_system(system, turns) as context,
    [
        {'rank': cast(0 as bigint), 'completion': [{'role': 'assistant', 'content': chosen}]},
        {'rank': cast(1 as bigint), 'completion': [{'role': 'assistant', 'content': rejected}]}
    ] as completions,
    weight as loss_multiplier
from checkout.pairs
