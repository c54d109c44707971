-- Grain: a family some of whose raters judged the same items.
-- How often two of them said the same, and how often they would have if they were alike but thought for themselves: what is
-- beyond is copying, and copies are not further votes (the excess over chance agreement; Cohen 1960, given the item's state).
with judged as (
    select
        units.family, votes.item, votes.side, count(*) as n,
        any_value(seen.a_clear) as a_clear, any_value(seen.a_close) as a_close, any_value(seen.even) as even,
        any_value(seen.b_close) as b_close, any_value(seen.b_clear) as b_clear
    from fit.votes as votes
    join fit.units as units on units.unit = votes.unit
    join fit.posteriors as seen on seen.item = votes.item
    where votes.copies > 1 and votes.bucket < $buckets
    group by units.family, votes.item, votes.side
),
items as (
    select
        family, item,
        sum(n) * (sum(n) - 1) / 2 as pairs,
        sum(n * (n - 1)) / 2 as same,
        any_value(a_clear) + any_value(b_clear) as clear,
        any_value(a_close) + any_value(b_close) as close,
        any_value(even) as even
    from judged
    group by family, item
),
-- By symmetry the family on an item where a is better is the family on one where b is, mirrored.
manners as (
    select
        family,
        sum(cast(round(1e6 * n * case when side = 1 then a_clear when side = -1 then b_clear else 0 end) as bigint)) as clear_right,
        sum(cast(round(1e6 * n * case when side = -1 then a_clear when side = 1 then b_clear else 0 end) as bigint)) as clear_wrong,
        sum(cast(round(1e6 * n * case when side = 0 then a_clear + b_clear else 0 end) as bigint)) as clear_tie,
        sum(cast(round(1e6 * n * case when side = 1 then a_close when side = -1 then b_close else 0 end) as bigint)) as close_right,
        sum(cast(round(1e6 * n * case when side = -1 then a_close when side = 1 then b_close else 0 end) as bigint)) as close_wrong,
        sum(cast(round(1e6 * n * case when side = 0 then a_close + b_close else 0 end) as bigint)) as close_tie,
        sum(cast(round(1e6 * n * case when side <> 0 then even else 0 end) as bigint)) as even_said,
        sum(cast(round(1e6 * n * case when side = 0 then even else 0 end) as bigint)) as even_tie
    from judged
    group by family
),
alike as (
    select
        family,
        (pow(clear_right, 2) + pow(clear_wrong, 2) + pow(clear_tie, 2))
            / nullif(pow(clear_right + clear_wrong + clear_tie, 2), 0) as clear,
        (pow(close_right, 2) + pow(close_wrong, 2) + pow(close_tie, 2))
            / nullif(pow(close_right + close_wrong + close_tie, 2), 0) as close,
        (pow(even_said, 2) / 2 + pow(even_tie, 2)) / nullif(pow(even_said + even_tie, 2), 0) as even
    from manners
)
select
    items.family,
    cast(sum(pairs) as bigint) as pairs,
    cast(sum(same) as bigint) as same,
    sum(cast(round(1e6 * pairs * (items.clear * coalesce(alike.clear, 0) + items.close * coalesce(alike.close, 0)
        + items.even * coalesce(alike.even, 0))) as bigint)) / 1e6 as expected
from items
join alike on alike.family = items.family
group by items.family
