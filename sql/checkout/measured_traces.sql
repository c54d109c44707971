-- Grain: a trace as a tokenizer reads it.
-- Trainers of steps read the prompt as one text, with a blank behind it.
select kind, record_id, side, spoken(system, turns) || ' ' as text, completions
from checkout.traces
