-- Grain: a panel with enough votes on items that people settled.
-- Only of such a stratum can it be said that it is wrong more often than right.
select units.panel
from fit.votes as votes
join fit.units as units on units.unit = votes.unit
where votes.anchored
group by units.panel
having count(*) >= 20
