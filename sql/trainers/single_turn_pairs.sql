-- Grain: a pair on one question, all as text.
-- Axolotl's bradley_terry reads system, input, chosen and rejected, and no earlier turns.
select place, split, system, turns[1].content as input, chosen, rejected
from checkout.pairs
