-- Grain: a vote that a step hears.
-- Its part of the maximisation step: how probable each level of the item is, and the slope and the bend of the log-likelihood of
-- a decided vote, by ability and by what else pulls. A table of its own, because engines compute again what is named once and
-- used twenty times.
with heard as (
    select
        votes.unit, votes.side, votes.first, votes.share,
        case when votes.alone then 0e0 else votes.longer end as longer,
        case when votes.alone then 0e0 else votes.marked end as marked,
        case when votes.alone then 0e0 else votes.firm end as firm,
        seen.a_clear, seen.a_close, seen.even, seen.b_close, seen.b_clear,
        raters.ability,
        raters.side * votes.first + raters.length * votes.longer + raters.markdown * votes.marked
            + raters.firmness * votes.firm as pull
    from fit.votes as votes
    join fit.raters as raters on raters.unit = votes.unit
    join fit.posteriors as seen on seen.item = votes.item
    where votes.bucket < $buckets and (votes.anchored or not $anchored)
),
expected as (
    select
        *,
        case when side > 0 then 1e0 else 0e0 end as won,
        sigmoid(pull + ability) as p_a2, sigmoid(pull + 0.4 * ability) as p_a1, sigmoid(pull) as p_0,
        sigmoid(pull - 0.4 * ability) as p_b1, sigmoid(pull - ability) as p_b2
    from heard
)
select
    unit, side, first, longer, marked, firm, share,
    a_clear + b_clear as clear, a_close + b_close as close, even,
    share * (a_clear * (won - p_a2) - b_clear * (won - p_b2) + 0.4 * (a_close * (won - p_a1) - b_close * (won - p_b1)))
        as slope_ability,
    share * (a_clear * (won - p_a2) + b_clear * (won - p_b2) + a_close * (won - p_a1) + b_close * (won - p_b1)
        + even * (won - p_0)) as slope_pull,
    share * (a_clear * p_a2 * (1 - p_a2) + b_clear * p_b2 * (1 - p_b2)
        + 0.16 * (a_close * p_a1 * (1 - p_a1) + b_close * p_b1 * (1 - p_b1))) as bend_ability,
    share * (a_clear * p_a2 * (1 - p_a2) - b_clear * p_b2 * (1 - p_b2)
        + 0.4 * (a_close * p_a1 * (1 - p_a1) - b_close * p_b1 * (1 - p_b1))) as bend_both,
    share * (a_clear * p_a2 * (1 - p_a2) + b_clear * p_b2 * (1 - p_b2) + a_close * p_a1 * (1 - p_a1)
        + b_close * p_b1 * (1 - p_b1) + even * p_0 * (1 - p_0)) as bend_pull
from expected
