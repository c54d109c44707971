-- Grain: an item, and a family several of whose votes are on it.
-- How probable each state of the item is by everything but what the family said. What siblings say is no evidence of how good
-- one of them is: they say the same whether it is right or not.
with others as (
    select
        spoken.item, spoken.kin,
        logs.a_clear - spoken.a_clear / 1e6 as a_clear, logs.a_close - spoken.a_close / 1e6 as a_close,
        logs.even - spoken.even / 1e6 as even,
        logs.b_close - spoken.b_close / 1e6 as b_close, logs.b_clear - spoken.b_clear / 1e6 as b_clear
    from fit.spoken as spoken
    join fit.logs as logs on logs.item = spoken.item
    where spoken.kin > 0
),
raised as (
    select
        item, kin,
        exp(a_clear - greatest(a_clear, a_close, even, b_close, b_clear)) as a_clear,
        exp(a_close - greatest(a_clear, a_close, even, b_close, b_clear)) as a_close,
        exp(even - greatest(a_clear, a_close, even, b_close, b_clear)) as even,
        exp(b_close - greatest(a_clear, a_close, even, b_close, b_clear)) as b_close,
        exp(b_clear - greatest(a_clear, a_close, even, b_close, b_clear)) as b_clear
    from others
)
select
    item, kin,
    round(a_clear / (a_clear + a_close + even + b_close + b_clear), 6) as a_clear,
    round(a_close / (a_clear + a_close + even + b_close + b_clear), 6) as a_close,
    round(even / (a_clear + a_close + even + b_close + b_clear), 6) as even,
    round(b_close / (a_clear + a_close + even + b_close + b_clear), 6) as b_close,
    round(b_clear / (a_clear + a_close + even + b_close + b_clear), 6) as b_clear
from raised
