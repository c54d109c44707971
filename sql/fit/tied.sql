-- Grain: a dimension, and whether anybody ever said tie on it.
-- Where nobody did, an even item is not a state to believe in: opposite votes are then a close case.
select
    items.dimension,
    coalesce(bool_or(votes.side = 0), false) or coalesce(bool_or(items.anchor = 0), false) as tied
from fit.items as items
left join fit.votes as votes on votes.item = items.item
group by items.dimension
