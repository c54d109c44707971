-- Grain: an item, and a family several of whose votes are on it.
-- How probable each state of the item is by everything but what the family said. What siblings say is no evidence of how good
-- one of them is: they say the same whether it is right or not.
with alike as (
    select
        item,
        bool_or(not model) as judged,
        sum(case when model then a_clear else 0 end) as a_clear,
        sum(case when model then a_close else 0 end) as a_close,
        sum(case when model then even else 0 end) as even,
        sum(case when model then b_close else 0 end) as b_close,
        sum(case when model then b_clear else 0 end) as b_clear
    from fit.spoken
    where item in (select item from fit.spoken where kin > 0)
    group by item
),
others as (
    select
        spoken.item, spoken.kin,
        logs.a_clear - (case when spoken.model and alike.judged then alike.a_clear else spoken.a_clear end) / 1e6 as a_clear,
        logs.a_close - (case when spoken.model and alike.judged then alike.a_close else spoken.a_close end) / 1e6 as a_close,
        logs.even - (case when spoken.model and alike.judged then alike.even else spoken.even end) / 1e6 as even,
        logs.b_close - (case when spoken.model and alike.judged then alike.b_close else spoken.b_close end) / 1e6 as b_close,
        logs.b_clear - (case when spoken.model and alike.judged then alike.b_clear else spoken.b_clear end) / 1e6 as b_clear
    from fit.spoken as spoken
    join alike on alike.item = spoken.item
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
    round(1e6 * (a_clear / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as a_clear,
    round(1e6 * (a_close / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as a_close,
    round(1e6 * (even / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as even,
    round(1e6 * (b_close / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as b_close,
    round(1e6 * (b_clear / (a_clear + a_close + even + b_close + b_clear))) / 1e6 as b_clear
from raised
