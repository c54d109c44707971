-- Grain: an item.
-- The logarithm, up to a constant, of how probable each state of the item is (a clearly better, a closely better, even, b closely,
-- b clearly), given its votes and what is believed of the raters; sums of log-likelihoods are fixed point. What people settled is
-- all but known, unless its half is held out to see what the votes alone would have said.
with heard as (
    select
        votes.item, votes.side, votes.share / (1 + (votes.copies - 1) * raters.discount) as weight,
        raters.ability,
        raters.side * votes.first + raters.length * votes.longer + raters.markdown * votes.marked
            + raters.firmness * votes.firm as pull,
        raters.tie_even, raters.tie_close, raters.tie_clear,
        coalesce(grades.a_clear, 0) as g_a2, coalesce(grades.a_close, 0) as g_a1, coalesce(grades.even, 0) as g_0,
        coalesce(grades.b_close, 0) as g_b1, coalesce(grades.b_clear, 0) as g_b2
    from fit.votes as votes
    join fit.raters as raters on raters.unit = votes.unit
    left join fit.grades as grades
        on grades.panel = raters.panel and grades.side = votes.side and grades.grade = votes.grade
    where votes.bucket < $buckets
),
weighed as (
    select
        item,
        sum(cast(round(1e6 * weight * case when side = 0 then ln(tie_clear)
            else ln(1 - tie_clear) + log_sigmoid(side * (pull + ability)) + g_a2 end) as bigint)) as a_clear,
        sum(cast(round(1e6 * weight * case when side = 0 then ln(tie_close)
            else ln(1 - tie_close) + log_sigmoid(side * (pull + 0.4 * ability)) + g_a1 end) as bigint)) as a_close,
        sum(cast(round(1e6 * weight * case when side = 0 then ln(tie_even)
            else ln(1 - tie_even) + log_sigmoid(side * pull) + g_0 end) as bigint)) as even,
        sum(cast(round(1e6 * weight * case when side = 0 then ln(tie_close)
            else ln(1 - tie_close) + log_sigmoid(side * (pull - 0.4 * ability)) + g_b1 end) as bigint)) as b_close,
        sum(cast(round(1e6 * weight * case when side = 0 then ln(tie_clear)
            else ln(1 - tie_clear) + log_sigmoid(side * (pull - ability)) + g_b2 end) as bigint)) as b_clear
    from heard
    group by item
),
expected as (
    select
        items.item, levels.even, levels.close, levels.clear,
        levels.length * items.longer + levels.markdown * items.marked + levels.firmness * items.firm as lean,
        case when items.anchor is not null and items.bucket % 2 <> $held_out then items.anchor end as anchor
    from fit.items as items
    join fit.levels as levels on levels.dimension = items.dimension
    where items.bucket < $buckets
)
select
    expected.item,
    coalesce(weighed.a_clear, 0) / 1e6 + clear + lean + case when anchor <> 1 then ln(0.005) else 0 end as a_clear,
    coalesce(weighed.a_close, 0) / 1e6 + close + 0.4 * lean + case when anchor <> 1 then ln(0.005) else 0 end as a_close,
    coalesce(weighed.even, 0) / 1e6 + expected.even + case when anchor <> 0 then ln(0.005) else 0 end as even,
    coalesce(weighed.b_close, 0) / 1e6 + close - 0.4 * lean + case when anchor <> -1 then ln(0.005) else 0 end as b_close,
    coalesce(weighed.b_clear, 0) / 1e6 + clear - lean + case when anchor <> -1 then ln(0.005) else 0 end as b_clear
from expected
left join weighed on weighed.item = expected.item
