-- Grain: a family some of whose raters judged the same items.
-- How often two of its votes said the same, and how often they would have, each in its own rater's way and in the order it saw, if
-- they thought for themselves: what is beyond is copying, and copies are not further votes (the excess over chance agreement;
-- Cohen 1960, given the item's state).
with heard as (
    select
        votes.kin, units.family, votes.item, votes.side, raters.ability,
        raters.side * votes.first + raters.length * votes.longer + raters.markdown * votes.marked
            + raters.firmness * votes.firm as pull,
        raters.tie_even, raters.tie_close, raters.tie_clear
    from fit.votes as votes
    join fit.units as units on units.unit = votes.unit
    join fit.raters as raters on raters.unit = votes.unit
    where votes.copies > 1 and votes.bucket < $buckets
),
likely as (
    select
        kin, family, item, side, tie_even, tie_close, tie_clear,
        (1 - tie_clear) * sigmoid(pull + ability) as a2, (1 - tie_clear) * sigmoid(-pull - ability) as a2_b,
        (1 - tie_close) * sigmoid(pull + 0.4 * ability) as a1, (1 - tie_close) * sigmoid(-pull - 0.4 * ability) as a1_b,
        (1 - tie_even) * sigmoid(pull) as a0, (1 - tie_even) * sigmoid(-pull) as a0_b,
        (1 - tie_close) * sigmoid(pull - 0.4 * ability) as b1, (1 - tie_close) * sigmoid(0.4 * ability - pull) as b1_b,
        (1 - tie_clear) * sigmoid(pull - ability) as b2, (1 - tie_clear) * sigmoid(ability - pull) as b2_b
    from heard
),
items as (
    select
        kin, family, item,
        count(*) * (count(*) - 1) / 2 as pairs,
        (pow(count(*) filter (where side = 1), 2) + pow(count(*) filter (where side = 0), 2)
            + pow(count(*) filter (where side = -1), 2) - count(*)) / 2 as same,
        sum(a2)*sum(a2) + sum(a2_b)*sum(a2_b) + sum(tie_clear)*sum(tie_clear) - sum(a2*a2+a2_b*a2_b+tie_clear*tie_clear) as same_a2,
        sum(a1)*sum(a1) + sum(a1_b)*sum(a1_b) + sum(tie_close)*sum(tie_close) - sum(a1*a1+a1_b*a1_b+tie_close*tie_close) as same_a1,
        sum(a0)*sum(a0) + sum(a0_b)*sum(a0_b) + sum(tie_even)*sum(tie_even) - sum(a0*a0+a0_b*a0_b+tie_even*tie_even) as same_0,
        sum(b1)*sum(b1) + sum(b1_b)*sum(b1_b) + sum(tie_close)*sum(tie_close) - sum(b1*b1+b1_b*b1_b+tie_close*tie_close) as same_b1,
        sum(b2)*sum(b2) + sum(b2_b)*sum(b2_b) + sum(tie_clear)*sum(tie_clear) - sum(b2*b2+b2_b*b2_b+tie_clear*tie_clear) as same_b2
    from likely
    group by kin, family, item
)
select
    items.family,
    count(*) as items,
    cast(sum(pairs) as bigint) as pairs,
    cast(sum(same) as bigint) as same,
    sum(cast(round(1e6 * (seen.a_clear * same_a2 + seen.a_close * same_a1 + seen.even * same_0 + seen.b_close * same_b1
        + seen.b_clear * same_b2) / 2) as bigint)) / 1e6 as expected
from items
join fit.cavities as seen on seen.item = items.item and seen.kin = items.kin
group by items.family
