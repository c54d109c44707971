-- Grain: a pair, the prompt as messages, each side one message.
-- Axolotl's chat_template.default. A column more would stop its DPO.
select
    place, split,
    with_system(system, turns) as messages,
    {'role': 'assistant', 'content': chosen} as chosen,
    {'role': 'assistant', 'content': rejected} as rejected
from checkout.pairs
