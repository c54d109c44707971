-- Grain: a response with a label, prompt and response as text.
-- TRL's unpaired standard preference.
select place, split, spoken(system, turns) as prompt, ' ' || response as completion, label, weight
from checkout.labels
