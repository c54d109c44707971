-- Grain: one row.
-- The same between families of models, vote by vote: how often two of different families said the same of an item, and how often
-- they would have by themselves. Models are trained on much the same, and on each other.
with summed as (
    select
        item,
        pow(sum(votes), 2) - sum(votes * votes) as pairs,
        pow(sum(said_a), 2) - sum(said_a * said_a) + pow(sum(said_tie), 2) - sum(said_tie * said_tie) + pow(sum(said_b), 2) - sum(said_b * said_b) as same,
        pow(sum(a2_a) / 1e6, 2) - sum(pow(a2_a / 1e6, 2))
            + pow(sum(a2_b) / 1e6, 2) - sum(pow(a2_b / 1e6, 2))
            + pow(sum(tie_clear) / 1e6, 2) - sum(pow(tie_clear / 1e6, 2)) as a2,
        pow(sum(a1_a) / 1e6, 2) - sum(pow(a1_a / 1e6, 2))
            + pow(sum(a1_b) / 1e6, 2) - sum(pow(a1_b / 1e6, 2))
            + pow(sum(tie_close) / 1e6, 2) - sum(pow(tie_close / 1e6, 2)) as a1,
        pow(sum(even_a) / 1e6, 2) - sum(pow(even_a / 1e6, 2))
            + pow(sum(even_b) / 1e6, 2) - sum(pow(even_b / 1e6, 2))
            + pow(sum(tie_even) / 1e6, 2) - sum(pow(tie_even / 1e6, 2)) as even,
        pow(sum(b1_a) / 1e6, 2) - sum(pow(b1_a / 1e6, 2))
            + pow(sum(b1_b) / 1e6, 2) - sum(pow(b1_b / 1e6, 2))
            + pow(sum(tie_close) / 1e6, 2) - sum(pow(tie_close / 1e6, 2)) as b1,
        pow(sum(b2_a) / 1e6, 2) - sum(pow(b2_a / 1e6, 2))
            + pow(sum(b2_b) / 1e6, 2) - sum(pow(b2_b / 1e6, 2))
            + pow(sum(tie_clear) / 1e6, 2) - sum(pow(tie_clear / 1e6, 2)) as b2
    from fit.families
    where others
    group by item
)
select
    count(*) as items,
    coalesce(sum(cast(pairs as bigint)), 0) / 2e0 as pairs,
    coalesce(sum(cast(same as bigint)), 0) / 2e0 as same,
    coalesce(sum(cast(round(1e6 * (seen.a_clear * a2 + seen.a_close * a1 + seen.even * summed.even + seen.b_close * b1 + seen.b_clear * b2)) as bigint)), 0) / 2e6 as expected
from summed
join fit.posteriors as seen on seen.item = summed.item
