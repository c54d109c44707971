-- Grain: a pair as LLaMA-Factory's sharegpt ranking has it.
-- Who speaks is human or gpt there, the turns are odd in number, and each side is one message.
select
    place, split,
    list_transform(
        turns, lambda m: {'from': case m.role when 'user' then 'human' else 'gpt' end, 'value': m.content}
    ) as conversations,
    system,
    {'from': 'gpt', 'value': chosen} as chosen,
    {'from': 'gpt', 'value': rejected} as rejected
from checkout.pairs
