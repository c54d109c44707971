-- Grain: an item, and a family several of whose votes are on it or of which all are models'.
-- What the family said of the item, and what its raters were likely to say in each state, each in its own way and in the order it
-- saw: sums to compare what two of them said with what two would have said who think for themselves.
with heard as (
    select
        votes.kin, votes.item, votes.side, votes.families, raters.ability,
        raters.side * votes.first + raters.length * votes.longer + raters.markdown * votes.marked
            + raters.firmness * votes.firm as pull,
        raters.tie_even, raters.tie_close, raters.tie_clear
    from fit.votes as votes
    join fit.raters as raters on raters.unit = votes.unit
    where votes.kin > 0 and votes.copies + votes.families > 2 and votes.bucket < $buckets
),
likely as (
    select
        kin, item, side, families, tie_even, tie_close, tie_clear,
        (1 - tie_clear) * sigmoid(pull + ability) as a2_a, (1 - tie_clear) * (1 - sigmoid(pull + ability)) as a2_b,
        (1 - tie_close) * sigmoid(pull + 0.4 * ability) as a1_a, (1 - tie_close) * (1 - sigmoid(pull + 0.4 * ability)) as a1_b,
        (1 - tie_even) * sigmoid(pull) as even_a, (1 - tie_even) * (1 - sigmoid(pull)) as even_b,
        (1 - tie_close) * sigmoid(pull - 0.4 * ability) as b1_a, (1 - tie_close) * (1 - sigmoid(pull - 0.4 * ability)) as b1_b,
        (1 - tie_clear) * sigmoid(pull - ability) as b2_a, (1 - tie_clear) * (1 - sigmoid(pull - ability)) as b2_b
    from heard
)
select
    item, kin, max(families) > 1 as others,
    count(*) as votes,
    count(*) filter (where side = 1) as said_a,
    count(*) filter (where side = 0) as said_tie,
    count(*) filter (where side = -1) as said_b,
    sum(cast(round(1e6 * a2_a) as bigint)) as a2_a, sum(cast(round(1e6 * a2_b) as bigint)) as a2_b, sum(cast(round(1e6 * (a2_a * a2_a + a2_b * a2_b + tie_clear * tie_clear)) as bigint)) as a2_self,
    sum(cast(round(1e6 * a1_a) as bigint)) as a1_a, sum(cast(round(1e6 * a1_b) as bigint)) as a1_b, sum(cast(round(1e6 * (a1_a * a1_a + a1_b * a1_b + tie_close * tie_close)) as bigint)) as a1_self,
    sum(cast(round(1e6 * even_a) as bigint)) as even_a, sum(cast(round(1e6 * even_b) as bigint)) as even_b, sum(cast(round(1e6 * (even_a * even_a + even_b * even_b + tie_even * tie_even)) as bigint)) as even_self,
    sum(cast(round(1e6 * b1_a) as bigint)) as b1_a, sum(cast(round(1e6 * b1_b) as bigint)) as b1_b, sum(cast(round(1e6 * (b1_a * b1_a + b1_b * b1_b + tie_close * tie_close)) as bigint)) as b1_self,
    sum(cast(round(1e6 * b2_a) as bigint)) as b2_a, sum(cast(round(1e6 * b2_b) as bigint)) as b2_b, sum(cast(round(1e6 * (b2_a * b2_a + b2_b * b2_b + tie_clear * tie_clear)) as bigint)) as b2_self,
    sum(cast(round(1e6 * tie_clear) as bigint)) as tie_clear, sum(cast(round(1e6 * tie_close) as bigint)) as tie_close,
    sum(cast(round(1e6 * tie_even) as bigint)) as tie_even
from likely
group by item, kin
