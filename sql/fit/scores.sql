-- Grain: a vote that a step hears.
-- Its part of the maximisation step: how probable each level of the item is, and the slope and the bend of the log-likelihood of
-- a decided vote, by ability and by what else pulls. A vote beside siblings is held against what all others say of the item, and
-- itself. One that stands alone mostly confirms what is believed: at full weight it would hold the estimates near where they
-- began (a composite likelihood; Varin et al. 2011). A table of its own, because engines compute again what is named once and
-- used twenty times.
with known as (
    select item, 0 as kin, a_clear, a_close, even, b_close, b_clear
    from fit.posteriors
    union all
    select item, kin, a_clear, a_close, even, b_close, b_clear
    from fit.cavities
),
-- Logistic by hand: of what a rater is, the exponential is taken once a rater, and of what pulls at a vote once a vote.
believed as (
    select
        unit, side, length, markdown, firmness, tie_even, tie_close, tie_clear,
        exp(-greatest(-40e0, least(40e0, ability))) as far, exp(-0.4 * greatest(-40e0, least(40e0, ability))) as near
    from fit.raters
),
heard as (
    select
        votes.unit, votes.side, votes.first, votes.kin,
        votes.share * case when votes.alone then 0.1 else 1e0 end as share,
        case when votes.alone then 0e0 else votes.longer end as longer,
        case when votes.alone then 0e0 else votes.marked end as marked,
        case when votes.alone then 0e0 else votes.firm end as firm,
        known.a_clear, known.a_close, known.even, known.b_close, known.b_clear,
        raters.far, raters.near, raters.tie_even, raters.tie_close, raters.tie_clear,
        exp(-greatest(-40e0, least(40e0, raters.side * votes.first + raters.length * votes.longer
            + raters.markdown * votes.marked + raters.firmness * votes.firm))) as odds
    from fit.votes as votes
    join believed as raters on raters.unit = votes.unit
    join known on known.item = votes.item and known.kin = votes.kin
    where votes.bucket < $buckets and (votes.anchored or not $anchored)
),
likely as (
    select
        *,
        case when side > 0 then 1e0 else 0e0 end as won,
        1 / (1 + odds * far) as p_a2, 1 / (1 + odds * near) as p_a1, 1 / (1 + odds) as p_0,
        1 / (1 + odds / near) as p_b1, 1 / (1 + odds / far) as p_b2
    from heard
),
weighed as (
    select
        * exclude (a_clear, a_close, even, b_close, b_clear),
        a_clear * case when kin = 0 then 1 when side = 0 then tie_clear else (1 - tie_clear) * abs(1 - won - p_a2) end as w_a2,
        a_close * case when kin = 0 then 1 when side = 0 then tie_close else (1 - tie_close) * abs(1 - won - p_a1) end as w_a1,
        even * case when kin = 0 then 1 when side = 0 then tie_even else (1 - tie_even) * abs(1 - won - p_0) end as w_0,
        b_close * case when kin = 0 then 1 when side = 0 then tie_close else (1 - tie_close) * abs(1 - won - p_b1) end as w_b1,
        b_clear * case when kin = 0 then 1 when side = 0 then tie_clear else (1 - tie_clear) * abs(1 - won - p_b2) end as w_b2
    from likely
),
expected as (
    select
        *,
        w_a2 / (w_a2 + w_a1 + w_0 + w_b1 + w_b2) as a_clear, w_a1 / (w_a2 + w_a1 + w_0 + w_b1 + w_b2) as a_close,
        w_0 / (w_a2 + w_a1 + w_0 + w_b1 + w_b2) as even,
        w_b1 / (w_a2 + w_a1 + w_0 + w_b1 + w_b2) as b_close, w_b2 / (w_a2 + w_a1 + w_0 + w_b1 + w_b2) as b_clear
    from weighed
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
