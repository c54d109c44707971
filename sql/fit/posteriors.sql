-- Grain: an item.
-- The expectation step: how probable each state of the item is. In a step of its own, because engines compute again what is named
-- once and used many times. Against the largest, so that nothing overflows and something is left.
with raised as (
    select
        item,
        exp(a_clear - greatest(a_clear, a_close, even, b_close, b_clear)) as a_clear,
        exp(a_close - greatest(a_clear, a_close, even, b_close, b_clear)) as a_close,
        exp(even - greatest(a_clear, a_close, even, b_close, b_clear)) as even,
        exp(b_close - greatest(a_clear, a_close, even, b_close, b_clear)) as b_close,
        exp(b_clear - greatest(a_clear, a_close, even, b_close, b_clear)) as b_clear
    from fit.logs
)
select
    item,
    round(1e6 * (a_clear / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as a_clear,
    round(1e6 * (a_close / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as a_close,
    round(1e6 * (even / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as even,
    round(1e6 * (b_close / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as b_close,
    round(1e6 * (b_clear / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as b_clear
from raised
