-- Grain: a response with a label, prompt and response as messages.
-- TRL's unpaired conversational preference.
select
    place, split,
    with_system(system, turns) as prompt,
    [{'role': 'assistant', 'content': response}] as completion,
    label, weight
from checkout.labels
