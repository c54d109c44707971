-- Grain: a dimension.
-- What its items are like, as far as the votes tell: how many are in each state, and how the states go with style beyond what
-- was expected of them (the gradient and the curvature of a logistic in style, and in which of two classes a is; items with one vote say
-- nothing of that). What is
-- longer may well be better: only raters who contradict that can be told to be drawn to length. In millionths.
with pulled as (
    select
        items.item, items.dimension,
        -- A sample holds all items that people settled, and is not to be like them. One vote says little of what its item is
        -- but what is believed already.
        case when items.settled is not null then $buckets / 64e0 else 1e0 end * case when items.votes > 1 then 1e0 else 0.1e0 end
            as weight,
        case when items.votes > 1 then 1e0 else 0e0 end as telling, items.longer, items.marked, items.firm, items.named,
        levels.even as level_even, levels.close as level_close, levels.clear as level_clear,
        levels.length * items.longer + levels.markdown * items.marked + levels.firmness * items.firm
            + levels.named * items.named as lean
    from fit.items as items
    join fit.levels as levels on levels.dimension = items.dimension
    where items.bucket < $buckets
),
expected as (
    select
        *,
        exp(level_even) as w_0,
        exp(level_close + 0.4 * lean) as w_a1,
        exp(level_close - 0.4 * lean) as w_b1,
        exp(level_clear + lean) as w_a2,
        exp(level_clear - lean) as w_b2
    from pulled
),
centred as (
    select
        item, dimension, weight, telling, longer, marked, firm, named,
        w_0 / (w_0 + w_a1 + w_b1 + w_a2 + w_b2) as expected_even,
        (w_a1 + w_b1) / (w_0 + w_a1 + w_b1 + w_a2 + w_b2) as expected_close,
        (w_a2 + w_b2) / (w_0 + w_a1 + w_b1 + w_a2 + w_b2) as expected_clear,
        (w_a2 - w_b2 + 0.4 * (w_a1 - w_b1)) / (w_0 + w_a1 + w_b1 + w_a2 + w_b2) as mean,
        (w_a2 + w_b2 + 0.16 * (w_a1 + w_b1)) / (w_0 + w_a1 + w_b1 + w_a2 + w_b2) as mean_square
    from expected
),
leaning as (
    select
        dimension, weight * even as even, weight * (a_close + b_close) as close, weight * (a_clear + b_clear) as clear,
        weight * expected_even as expected_even, weight * expected_close as expected_close, weight * expected_clear as expected_clear,
        longer, marked, firm, named,
        weight * telling * (a_clear - b_clear + 0.4 * (a_close - b_close) - mean) as slope,
        weight * telling * (mean_square - mean * mean) as bend
    from centred
    join fit.posteriors as seen on seen.item = centred.item
)
select
    dimension,
    sum(cast(round(1e6 * even) as bigint)) as even,
    sum(cast(round(1e6 * close) as bigint)) as close,
    sum(cast(round(1e6 * clear) as bigint)) as clear,
    sum(cast(round(1e6 * expected_even) as bigint)) as expected_even,
    sum(cast(round(1e6 * expected_close) as bigint)) as expected_close,
    sum(cast(round(1e6 * expected_clear) as bigint)) as expected_clear,
    sum(cast(round(1e6 * slope * longer) as bigint)) as slope_length,
    sum(cast(round(1e6 * slope * marked) as bigint)) as slope_markdown,
    sum(cast(round(1e6 * slope * firm) as bigint)) as slope_firmness,
    sum(cast(round(1e6 * slope * named) as bigint)) as slope_named,
    sum(cast(round(1e6 * bend * longer * longer) as bigint)) as bend_length,
    sum(cast(round(1e6 * bend * marked * marked) as bigint)) as bend_markdown,
    sum(cast(round(1e6 * bend * firm * firm) as bigint)) as bend_firmness,
    sum(cast(round(1e6 * bend * named) as bigint)) as bend_named
from leaning
group by dimension
