-- Grain: an item, and a family several of whose votes are on it (0 for all votes that nobody beside them could have copied).
-- The logarithm of how probable its votes are in each state of the item (a clearly better, a closely better, even, b closely,
-- b clearly), by what is believed of the raters, in millionths. Families are apart, so that what a family's other votes say can
-- be left out where one of them is judged.
with heard as (
    select
        votes.item, votes.kin, votes.model, votes.side, votes.share / (1 + (votes.copies - 1) * raters.discount) / (1 + (votes.families - 1) * raters.shared) as weight,
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
)
select
    item, kin, bool_and(model) as model,
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
group by item, kin
