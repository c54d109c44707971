-- Grain: a dimension, how often anybody said tie on it, and how unlike in length the sides of its items are.
-- Where nobody ever did, an even item is not a state to believe in: opposite votes are then a close case.
select
    items.dimension,
    count(votes.side) as votes,
    count(case when votes.side = 0 then 1 end) as ties,
    sum(cast(round(4 * items.longer * items.longer) as bigint)) / (4e0 * count(*)) as unlike,
    coalesce(bool_or(votes.side = 0), false) or coalesce(bool_or(items.anchor = 0), false) as tied
from fit.items as items
left join fit.votes as votes on votes.item = items.item
group by items.dimension
