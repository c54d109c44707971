-- Grain: a slice, a tie policy, and a number of raters on an item.
-- A figure of agreement is worth what it rests on: how many items were judged by one, by two, by more. Items of one rater
-- say nothing about agreement.
select slice, name, other, unit, tie_policy, raters, cast(sum(items) as bigint) as items
from noise.panel_sums
group by slice, name, other, unit, tie_policy, raters
