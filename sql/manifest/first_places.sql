-- Grain: a source and a kind of choice among two.
-- What the first place was found to be worth by itself.
select
    source, kind, choices, round(share, 6) as share, round(low, 6) as low, round(high, 6) as high,
    round(effect, 6) as effect, round(effect_low, 6) as effect_low, round(effect_high, 6) as effect_high
from evidence.positions
order by source, kind
