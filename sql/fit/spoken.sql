-- Grain: an item, and a family several of whose votes are on it (0 for all votes that nobody beside them could have copied).
-- The logarithm of how probable its votes are in each state of the item (a clearly better, a closely better, even, b closely, b
-- clearly), by what is believed of the raters, in millionths. Families are apart, so that what a family's other votes say can be left
-- out where one of them is judged. Where something is learnt of raters, a part of a judgement is heard in full: by what is believed of
-- its item in part only, its rater would look like a coin. Every vote of every step comes through here: what only a rater changes is
-- computed once a rater, and of what pulls at a vote one exponential is taken in place of five: ties are told by factors of 0 and 1,
-- for in a case engines compute what its branches share again and again.
with believed as (
    select
        unit, panel, side, length, markdown, firmness, discount, shared,
        exp(-greatest(-40e0, least(40e0, ability))) as far, exp(-0.4 * greatest(-40e0, least(40e0, ability))) as near,
        1 / exp(-greatest(-40e0, least(40e0, ability))) as not_far, 1 / exp(-0.4 * greatest(-40e0, least(40e0, ability))) as not_near,
        ln(tie_clear) as tie_clear, ln(tie_close) as tie_close, ln(tie_even) as tie_even,
        ln(1 - tie_clear) as decided_clear, ln(1 - tie_close) as decided_close, ln(1 - tie_even) as decided_even
    from fit.raters
),
heard as (
    select
        votes.item, votes.kin, votes.model, abs(votes.side) as decided, 1 - abs(votes.side) as tied,
        1e6 * case when $learning then votes.heard else votes.share end
            / (1 + (votes.copies - 1) * believed.discount) / (1 + (votes.families - 1) * believed.shared) as weight,
        exp(-votes.side * greatest(-40e0, least(40e0, believed.side * votes.first + believed.length * votes.longer
            + believed.markdown * votes.marked + believed.firmness * votes.firm))) as against,
        -- Odds against a vote for a where a is better are those against one for b where b is.
        case when votes.side > 0 then far else not_far end as a_far, case when votes.side > 0 then near else not_near end as a_near,
        case when votes.side > 0 then not_far else far end as b_far, case when votes.side > 0 then not_near else near end as b_near,
        tie_clear, tie_close, tie_even,
        decided_clear + coalesce(grades.a_clear, 0) as a_clear, decided_close + coalesce(grades.a_close, 0) as a_close,
        decided_even + coalesce(grades.even, 0) as even,
        decided_close + coalesce(grades.b_close, 0) as b_close, decided_clear + coalesce(grades.b_clear, 0) as b_clear
    from fit.votes as votes
    join believed on believed.unit = votes.unit
    left join fit.grades as grades
        on grades.panel = believed.panel and grades.side = votes.side and grades.grade = votes.grade
    where votes.bucket < $buckets
)
select
    item, kin, bool_and(model) as model,
    sum(cast(round(weight * (tied * tie_clear + decided * (a_clear - ln(1 + against * a_far)))) as bigint)) as a_clear,
    sum(cast(round(weight * (tied * tie_close + decided * (a_close - ln(1 + against * a_near)))) as bigint)) as a_close,
    sum(cast(round(weight * (tied * tie_even + decided * (even - ln(1 + against)))) as bigint)) as even,
    sum(cast(round(weight * (tied * tie_close + decided * (b_close - ln(1 + against * b_near)))) as bigint)) as b_close,
    sum(cast(round(weight * (tied * tie_clear + decided * (b_clear - ln(1 + against * b_far)))) as bigint)) as b_clear
from heard
group by item, kin
