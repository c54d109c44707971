-- Grain: a pair on one question, all as text.
-- LLaMA-Factory's alpaca ranking. Its template puts the system prompt where the model wants it.
select place, split, turns[1].content as instruction, '' as input, system, chosen, rejected
from checkout.pairs
