-- Grain: a dimension.
-- How many items are in each state, as far as the votes tell: what is expected of an item nobody has judged. In millionths.
select
    items.dimension,
    sum(cast(round(1e6 * seen.even) as bigint)) as even,
    sum(cast(round(1e6 * (seen.a_close + seen.b_close)) as bigint)) as close,
    sum(cast(round(1e6 * (seen.a_clear + seen.b_clear)) as bigint)) as clear
from fit.posteriors as seen
join fit.items as items on items.item = seen.item
group by items.dimension
