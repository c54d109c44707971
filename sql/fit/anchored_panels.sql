-- Grain: a panel with enough votes on items that people settled.
-- Only of such a stratum can it be said that it is wrong more often than right: of one with twenty, or of one whose decided votes
-- are misses so often that chance would do it once in a thousand panels at most (Hoeffding 1963): m misses and h hits of n, where
-- exp(-(m - h)^2 / (2 n)) <= 1 / 1000.
with heard as (
    select units.panel, votes.side * items.anchor as agrees
    from fit.votes as votes
    join fit.units as units on units.unit = votes.unit
    join fit.items as items on items.item = votes.item
    where votes.anchored
)
select panel
from heard
group by panel
having
    count(*) >= 20
    or (sum(agrees) < 0 and sum(agrees) * sum(agrees) >= 2 * ln(1000e0) * count(*) filter (where agrees <> 0))
