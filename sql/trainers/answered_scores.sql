-- Grain: a response at the end of its conversation, with a score per dimension.
-- ms-swift's regression with several heads.
select
    place, split,
    list_concat(with_system(system, turns), [{'role': 'assistant', 'content': response}]) as messages,
    scores as label
from checkout.scores
