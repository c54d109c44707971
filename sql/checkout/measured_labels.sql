-- Grain: a response with a label, as a tokenizer reads it.
-- Messages for its chat template, and the same as one text.
select kind, record_id, side, with_system(system, turns) as messages, spoken(system, turns) as text, response
from checkout.labels
