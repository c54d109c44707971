-- Grain: a family with several votes on an item.
-- How often two of its votes said the same, and how often they would have, did they think for themselves: what is beyond is copying,
-- and copies are not further votes (the excess over chance agreement; Cohen 1960, given the item's state).
with pairs as (
    select
        likeness.kin, likeness.item, likeness.state,
        votes * (votes - 1) / 2 as pairs,
        (said_a * (said_a - 1) + said_tie * (said_tie - 1) + said_b * (said_b - 1)) / 2 as same,
        (pow(likely_a / 1e6, 2) + pow(likely_tie / 1e6, 2) + pow(likely_b / 1e6, 2) - twice / 1e6) / 2 as alone,
        case state when 1 then seen.a_clear when 0.4 then seen.a_close when 0 then seen.even when -0.4 then seen.b_close
            else seen.b_clear end as probable
    from fit.likeness as likeness
    join fit.cavities as seen on seen.item = likeness.item and seen.kin = likeness.kin
    where votes > 1
)
select
    kin,
    count(*) filter (where state = 0) as items,
    cast(sum(case when state = 0 then pairs else 0 end) as bigint) as pairs,
    cast(sum(case when state = 0 then same else 0 end) as bigint) as same,
    sum(cast(round(1e6 * probable * alone) as bigint)) / 1e6 as expected
from pairs
group by kin
