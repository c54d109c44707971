-- Grain: a response with a label on one question, all as text.
-- Axolotl's KTO strategies read system, instruction, completion and label, and no earlier turns.
select place, split, system, turns[1].content as instruction, response as completion, label
from checkout.labels
