-- Grain: one row, how far the estimates can be taken at their word.
-- Measured on what people settled, held out of the fit; without such pairs nothing is known of it, and null says so. And of how
-- many votes on what people settled the back-test rests, less those that chose their pair.
with measured as (
    select
        cast(coalesce(sum(items), 0) as bigint) as items,
        sum(cast(round(1e9 * items * claimed) as bigint)) / 1e9 / sum(items) as claimed,
        sum(cast(round(1e9 * items * bins.right) as bigint)) / 1e9 / sum(items) as right,
        sum(cast(round(1e9 * items * abs(claimed - bins.right)) as bigint)) / 1e9 / sum(items) as error
    from noise.reliability as bins
),
raters as (
    select
        count(*) as raters,
        count(changed_at) as changed
    from noise.raters
),
backtested as (
    select
        cast(coalesce(sum(votes), 0) as bigint) as settled_votes,
        cast(coalesce(sum(votes - held), 0) as bigint) as left_out
    from noise.backtests
)
select measured.*, raters.raters, raters.changed, backtested.settled_votes, backtested.left_out
from measured
cross join raters
cross join backtested
