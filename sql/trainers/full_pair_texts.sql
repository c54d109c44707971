-- Grain: a pair, each side the whole conversation as text.
-- TRL's implicit-prompt standard preference.
select
    place, split,
    spoken(system, turns) || ' ' || chosen as chosen,
    spoken(system, turns) || ' ' || rejected as rejected,
    p, margin, weight
from checkout.pairs
