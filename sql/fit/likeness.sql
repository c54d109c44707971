-- Grain: an item, a family with several votes on it or of models that are not alone on it, and a state the item may be in.
-- What the family said, and what its raters were likely to say, each in its own way and in the order it saw: sums to compare how
-- often two of them say the same with how often two would who think for themselves. In millionths.
with heard as (
    select
        votes.item, votes.kin, votes.families, votes.side, states.state,
        sigmoid(raters.ability * states.state + raters.side * votes.first + raters.length * votes.longer
            + raters.markdown * votes.marked + raters.firmness * votes.firm) as p_a,
        case states.state when 0 then raters.tie_even when 1 then raters.tie_clear when -1 then raters.tie_clear
            else raters.tie_close end as p_tie
    from fit.votes as votes
    join fit.raters as raters on raters.unit = votes.unit
    cross join (values (1e0), (0.4e0), (0e0), (-0.4e0), (-1e0)) as states(state)
    where votes.kin > 0 and votes.copies + votes.families > 2 and votes.bucket < $buckets
)
select
    item, kin, state,
    max(families) > 1 as others,
    count(*) as votes,
    count(*) filter (where side = 1) as said_a,
    count(*) filter (where side = 0) as said_tie,
    count(*) filter (where side = -1) as said_b,
    sum(cast(round(1e6 * (1 - p_tie) * p_a) as bigint)) as likely_a,
    sum(cast(round(1e6 * p_tie) as bigint)) as likely_tie,
    sum(cast(round(1e6 * (1 - p_tie) * (1 - p_a)) as bigint)) as likely_b,
    sum(cast(round(1e6 * (pow((1 - p_tie) * p_a, 2) + pow(p_tie, 2) + pow((1 - p_tie) * (1 - p_a), 2))) as bigint)) as twice
from heard
group by item, kin, state
