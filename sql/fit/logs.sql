-- Grain: an item.
-- The logarithm, up to a constant, of how probable each state of the item is, given its votes and what is believed of the raters.
-- What people settled is all but known, unless its half is held out to see what the votes alone would have said. Few items have votes of
-- families: only those are summed, for the rest is one row an item already.
with alike as (
    select
        item, sum(a_clear) as a_clear, sum(a_close) as a_close, sum(even) as even, sum(b_close) as b_close, sum(b_clear) as b_clear
    from fit.spoken
    where kin > 0
    group by item
),
expected as (
    select
        items.item, levels.even, levels.close, levels.clear,
        levels.length * items.longer + levels.markdown * items.marked + levels.firmness * items.firm
            + levels.named * items.named as lean,
        case when items.anchor is not null and items.bucket % 2 <> $held_out then items.anchor end as anchor
    from fit.items as items
    join fit.levels as levels on levels.dimension = items.dimension
    where items.bucket < $buckets
)
select
    expected.item,
    (coalesce(spoken.a_clear, 0) + coalesce(alike.a_clear, 0)) / 1e6 + clear + lean
        + case when anchor <> 1 then ln(0.005) else 0 end as a_clear,
    (coalesce(spoken.a_close, 0) + coalesce(alike.a_close, 0)) / 1e6 + close + 0.4 * lean
        + case when anchor <> 1 then ln(0.005) else 0 end as a_close,
    (coalesce(spoken.even, 0) + coalesce(alike.even, 0)) / 1e6 + expected.even
        + case when anchor <> 0 then ln(0.005) else 0 end as even,
    (coalesce(spoken.b_close, 0) + coalesce(alike.b_close, 0)) / 1e6 + close - 0.4 * lean
        + case when anchor <> -1 then ln(0.005) else 0 end as b_close,
    (coalesce(spoken.b_clear, 0) + coalesce(alike.b_clear, 0)) / 1e6 + clear - lean
        + case when anchor <> -1 then ln(0.005) else 0 end as b_clear
from expected
left join fit.spoken as spoken on spoken.item = expected.item and spoken.kin = 0
left join alike on alike.item = expected.item
