-- Grain: a rater, a dimension and the stratum the rater voted in.
-- What each rater did, held against the other raters of the same pairs, and what the rater model makes of it: the card an
-- annotation lead reads first. A rater who changed is the mean of before and after, by votes.
with given as (
    select
        rater_id, dimension, stratum,
        count(*) as votes,
        count(*) filter (where choice = 'tie') as ties,
        count(*) filter (where choice <> 'tie' and a_shown_first is not null) as ordered,
        count(*) filter (where choice <> 'tie' and (choice = 'a') = a_shown_first) as firsts
    from evidence.votes
    group by rater_id, dimension, stratum
),
agreeing as (
    select
        rater_id, dimension, stratum,
        count(*) as overlapping,
        count(decided_at) as dated,
        count(*) filter (where agrees) as agreeing
    from noise.peer_agreement
    group by rater_id, dimension, stratum
),
backtested as (
    select rater_id, dimension, stratum, cast(sum(held) as bigint) as votes, sum(held_hits) as hits
    from noise.backtests
    group by rater_id, dimension, stratum
),
moved as (
    select rater_id, dimension, stratum, changed_at, after - before as shift
    from noise.drifts
    where what = 'scale' and sure
),
-- What a judge says is worth what it says where people know better, as in its exam. What users did decides nothing: what it says is
-- itself estimated.
judged as (
    select rater_id, dimension, stratum, pair_id, choice
    from evidence.votes
    where stratum like 'judge/%'
),
people as (
    select pair_id, dimension, sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from evidence.votes
    semi join judged on judged.pair_id = votes.pair_id and judged.dimension = votes.dimension
    where stratum not like 'judge/%' and stratum not like 'rule/%' and derived_from is distinct from 'event'
    group by pair_id, dimension
),
answered as (
    select
        people.pair_id, people.dimension,
        case
            when settled.choice is not null then settled.choice
            when people.lead > 0 then 'a'
            when people.lead < 0 then 'b'
        end as answer
    from people
    left join noise.settlements as settled
        on settled.pair_id = people.pair_id and settled.dimension = people.dimension and settled.settled
),
examined as (
    select
        judged.rater_id, judged.dimension, judged.stratum,
        count(*) as votes,
        count(*) filter (where judged.choice = answered.answer) as hits
    from judged
    join answered on answered.pair_id = judged.pair_id and answered.dimension = judged.dimension
    where answered.answer in ('a', 'b')
    group by judged.rater_id, judged.dimension, judged.stratum
),
-- Who judges a pair again says how far it stays with what it said: in the other order, a judge as a person; and at all.
twice as (
    select
        rater_id, dimension, stratum, pair_id,
        arg_min(choice, place) filter (where a_shown_first) as one,
        arg_min(choice, place) filter (where not a_shown_first) as other
    from noise.repeats
    where choice <> 'tie'
    group by rater_id, dimension, stratum, pair_id
),
repeated as (
    select
        later.rater_id, later.dimension, later.stratum,
        count(*) as votes,
        count(*) filter (where later.choice = first.choice) as same
    from noise.repeats as first
    join noise.repeats as later
        on later.pair_id = first.pair_id and later.dimension = first.dimension and later.rater_id = first.rater_id
    where first.place = 1 and later.place > 1
    group by later.rater_id, later.dimension, later.stratum
),
turned as (
    select
        rater_id, dimension, stratum,
        count(*) as pairs,
        count(*) filter (where one <> other) as flips
    from twice
    where one is not null and other is not null
    group by rater_id, dimension, stratum
),
shares as (
    select
        given.*,
        cast(coalesce(agreeing.overlapping, 0) as bigint) as overlapping,
        cast(coalesce(agreeing.dated, 0) as bigint) as dated,
        agreeing.agreeing / agreeing.overlapping as agreement
    from given
    left join agreeing
        on agreeing.rater_id = given.rater_id and agreeing.dimension = given.dimension and agreeing.stratum = given.stratum
),
parts as (
    select *, votes / sum(votes) over (partition by rater_id, dimension, stratum) as part
    from noise.parameters
),
fitted as (
    select
        rater_id, dimension, stratum,
        sum(cast(round(1e6 * reliability * votes) as bigint)) / 1e6 / sum(votes) as reliability,
        -- Before and after are estimated apart: their variances add up, not their intervals.
        sqrt(sum(cast(round(1e12 * pow(part * (reliability - low), 2)) as bigint)) / 1e12) as below,
        sqrt(sum(cast(round(1e12 * pow(part * (high - reliability), 2)) as bigint)) / 1e12) as above,
        bool_or(decided) as decided,
        sum(cast(round(1e6 * side_bias * votes) as bigint)) / 1e6 / sum(votes) as side_bias,
        sum(cast(round(1e6 * length * votes) as bigint)) / 1e6 / sum(votes) as length,
        max(copying) as copying
    from parts
    group by rater_id, dimension, stratum
)
select
    shares.rater_id,
    shares.dimension,
    shares.stratum,
    shares.votes,
    coalesce(fitted.reliability, declared.reliability, 0.5) as reliability,
    fitted.reliability - fitted.below as reliability_low,
    fitted.reliability + fitted.above as reliability_high,
    coalesce(fitted.decided, false) as decided,
    fitted.side_bias,
    fitted.length as length_slope,
    fitted.copying,
    changes.changed_at,
    shares.ties / shares.votes as tie_rate,
    shares.ordered,
    shares.firsts / nullif(shares.ordered, 0) as first_rate,
    shares.overlapping,
    shares.dated,
    shares.agreement,
    wilson_low(shares.agreement, shares.overlapping) as agreement_low,
    wilson_high(shares.agreement, shares.overlapping) as agreement_high,
    coalesce(backtested.votes, 0) as settled_votes,
    backtested.hits / nullif(backtested.votes, 0) as settled_right,
    coalesce(examined.votes, 0) as exam_votes,
    examined.hits / examined.votes as exam_right,
    coalesce(turned.pairs, 0) as both_orders,
    turned.flips / turned.pairs as flip_rate,
    coalesce(repeated.votes, 0) as again_votes,
    repeated.same / repeated.votes as again_same,
    moved.changed_at as scale_moved_at,
    moved.shift as scale_shift,
    $calibration_id as calibration_id
from shares
left join policy.strata as declared on declared.scenario = '*' and declared.stratum = shares.stratum
left join fitted
    on fitted.rater_id = shares.rater_id and fitted.dimension = shares.dimension and fitted.stratum = shares.stratum
left join noise.changes as changes
    on changes.rater_id = shares.rater_id and changes.dimension = shares.dimension and changes.stratum = shares.stratum
left join backtested
    on backtested.rater_id = shares.rater_id and backtested.dimension = shares.dimension and backtested.stratum = shares.stratum
left join examined
    on examined.rater_id = shares.rater_id and examined.dimension = shares.dimension and examined.stratum = shares.stratum
left join turned
    on turned.rater_id = shares.rater_id and turned.dimension = shares.dimension and turned.stratum = shares.stratum
left join repeated
    on repeated.rater_id = shares.rater_id and repeated.dimension = shares.dimension and repeated.stratum = shares.stratum
left join moved
    on moved.rater_id = shares.rater_id and moved.dimension = shares.dimension and moved.stratum = shares.stratum
