-- Grain: a dimension, how often anybody said tie on it, how unlike in length the sides of its items are, and whether b was first on none.
-- Where nobody ever did, an even item is not a state to believe in: opposite votes are then a close case,
-- however people settled them.
with said as (
    select item, count(*) as votes, count(*) filter (where side = 0) as ties
    from fit.votes
    group by item
)
select
    items.dimension,
    cast(coalesce(sum(said.votes), 0) as bigint) as votes,
    cast(coalesce(sum(said.ties), 0) as bigint) as ties,
    cast(coalesce(sum(said.votes * (said.votes - 1)), 0) as bigint) as beside,
    cast(coalesce(sum(said.ties * (said.ties - 1)), 0) as bigint) as tied_beside,
    sum(cast(round(4 * items.longer * items.longer) as bigint)) / (4e0 * count(*)) as unlike,
    coalesce(bool_or(said.ties > 0), false) or coalesce(bool_or(items.anchor = 0), false) as tied,
    coalesce(min(items.named), 0) = 1 as named
from fit.items as items
left join said on said.item = items.item
group by items.dimension
