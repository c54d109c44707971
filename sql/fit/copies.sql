-- Grain: a family some of whose raters judged the same items.
-- How often two of its votes said the same, and how often they would have, if they thought for themselves: what is beyond is
-- copying, and copies are not further votes (the excess over chance agreement; Cohen 1960, given the item's state).
with pairs as (
    select
        families.kin, families.item,
        votes * (votes - 1) / 2 as pairs,
        (said_a * (said_a - 1) + said_tie * (said_tie - 1) + said_b * (said_b - 1)) / 2 as same,
        (seen.a_clear * (pow(a2_a / 1e6, 2) + pow(a2_b / 1e6, 2) + pow(families.tie_clear / 1e6, 2) - a2_self / 1e6)
            + seen.a_close * (pow(a1_a / 1e6, 2) + pow(a1_b / 1e6, 2) + pow(families.tie_close / 1e6, 2) - a1_self / 1e6)
            + seen.even * (pow(even_a / 1e6, 2) + pow(even_b / 1e6, 2) + pow(families.tie_even / 1e6, 2) - even_self / 1e6)
            + seen.b_close * (pow(b1_a / 1e6, 2) + pow(b1_b / 1e6, 2) + pow(families.tie_close / 1e6, 2) - b1_self / 1e6)
            + seen.b_clear * (pow(b2_a / 1e6, 2) + pow(b2_b / 1e6, 2) + pow(families.tie_clear / 1e6, 2) - b2_self / 1e6)) / 2 as expected
    from fit.families as families
    join fit.cavities as seen on seen.item = families.item and seen.kin = families.kin
    where votes > 1
)
select
    kin,
    count(*) as items,
    cast(sum(pairs) as bigint) as pairs,
    cast(sum(same) as bigint) as same,
    sum(cast(round(1e6 * expected) as bigint)) / 1e6 as expected
from pairs
group by kin
