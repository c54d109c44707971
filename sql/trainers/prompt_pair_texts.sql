-- Grain: a pair, the prompt apart, everything as text.
-- TRL's standard format sets the texts side by side, so a completion begins with the blank after the speaker.
select
    place, split,
    spoken(system, turns) as prompt,
    ' ' || chosen as chosen,
    ' ' || rejected as rejected,
    p, margin, weight
from checkout.pairs
