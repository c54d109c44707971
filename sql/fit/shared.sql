-- Grain: one row.
-- How often two votes of different families of models said the same, and how often they would have, did they think for themselves.
-- Models are trained on much the same, and on each other: what two of them say is less than twice what one says.
with summed as (
    select
        item, state,
        pow(sum(votes), 2) - sum(pow(votes, 2)) as pairs,
        pow(sum(said_a), 2) - sum(pow(said_a, 2)) + pow(sum(said_tie), 2) - sum(pow(said_tie, 2))
            + pow(sum(said_b), 2) - sum(pow(said_b, 2)) as same,
        pow(sum(likely_a) / 1e6, 2) - sum(cast(round(likely_a * likely_a / 1e6) as bigint)) / 1e6
            + pow(sum(likely_tie) / 1e6, 2) - sum(cast(round(likely_tie * likely_tie / 1e6) as bigint)) / 1e6
            + pow(sum(likely_b) / 1e6, 2) - sum(cast(round(likely_b * likely_b / 1e6) as bigint)) / 1e6 as alone
    from fit.likeness
    where others
    group by item, state
),
pairs as (
    select
        state, pairs / 2 as pairs, same / 2 as same, alone / 2 as alone,
        case state when 1 then seen.a_clear when 0.4 then seen.a_close when 0 then seen.even when -0.4 then seen.b_close
            else seen.b_clear end as probable
    from summed
    join fit.posteriors as seen on seen.item = summed.item
)
select
    count(*) filter (where state = 0) as items,
    cast(coalesce(sum(case when state = 0 then pairs else 0 end), 0) as bigint) as pairs,
    cast(coalesce(sum(case when state = 0 then same else 0 end), 0) as bigint) as same,
    coalesce(sum(cast(round(1e6 * probable * alone) as bigint)), 0) / 1e6 as expected
from pairs
