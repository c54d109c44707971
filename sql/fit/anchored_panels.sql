-- Grain: a panel that is held to no floor.
-- Only of such a stratum can it be said that it is wrong more often than right: of one with twenty votes on what people settled, or of
-- one that misses so many settled items that chance would do it once in a thousand panels at most (Hoeffding 1963): of n items
-- m missed and h hit, where exp(-(m - h)^2 / (2 n)) <= 1 / 1000. An item that many misjudge is one item.
with heard as (
    select
        units.panel, votes.item,
        count(*) as votes,
        sign(sum(votes.side * items.anchor)) as agrees
    from fit.votes as votes
    join fit.units as units on units.unit = votes.unit
    join fit.items as items on items.item = votes.item
    where votes.anchored
    group by units.panel, votes.item
)
select panel
from heard
group by panel
having
    sum(votes) >= 20
    or (sum(agrees) < 0 and sum(agrees) * sum(agrees) >= 2 * ln(1000e0) * count(*) filter (where agrees <> 0))
