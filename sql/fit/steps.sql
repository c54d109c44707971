-- Grain: a unit.
-- The sums of the maximisation step: how often it met each state and said tie there, and the gradient and the curvature of its
-- decided votes' likelihood, which are logistic in ability, side and style. Fixed point, in millionths.
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
),
weighed as (
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
)
select
    unit,
    sum(cast(round(1e6 * share * clear) as bigint)) as clear,
    sum(cast(round(1e6 * share * close) as bigint)) as close,
    sum(cast(round(1e6 * share * even) as bigint)) as even,
    sum(case when side = 0 then cast(round(1e6 * share * clear) as bigint) else 0 end) as tied_clear,
    sum(case when side = 0 then cast(round(1e6 * share * close) as bigint) else 0 end) as tied_close,
    sum(case when side = 0 then cast(round(1e6 * share * even) as bigint) else 0 end) as tied_even,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_ability) as bigint) end) as slope_ability,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * first) as bigint) end) as slope_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * longer) as bigint) end) as slope_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * marked) as bigint) end) as slope_markdown,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * firm) as bigint) end) as slope_firmness,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_ability) as bigint) end) as bend_ability,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_both * first) as bigint) end) as bend_ability_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_both * longer) as bigint) end) as bend_ability_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * first * first) as bigint) end) as bend_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * first * longer) as bigint) end) as bend_side_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * longer * longer) as bigint) end) as bend_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * marked * marked) as bigint) end) as bend_markdown,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * firm * firm) as bigint) end) as bend_firmness,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_ability * slope_ability) as bigint) end) as information
from weighed
group by unit
