-- Grain: a rater, a dimension and the stratum the rater voted in.
-- What each rater did, held against the other raters of the same pairs: the card an annotation lead reads first. In this
-- version the reliability is the stratum's, as the general policy declares it.
with tallied as (
    select
        pair_id, dimension, rater_id, stratum, choice, a_shown_first,
        sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) over (partition by pair_id, dimension)
            - sum(case choice when 'a' then 1 when 'b' then -1 else 0 end)
                over (partition by pair_id, dimension, rater_id) as others
    from evidence.votes
),
per_rater as (
    select
        rater_id, dimension, stratum,
        count(*) as votes,
        count(*) filter (where choice = 'tie') as ties,
        count(*) filter (where choice <> 'tie' and a_shown_first is not null) as ordered,
        count(*) filter (where choice <> 'tie' and a_shown_first is not null and (choice = 'a') = a_shown_first) as firsts,
        count(*) filter (where choice <> 'tie' and others <> 0) as overlapping,
        count(*) filter (where (choice = 'a' and others > 0) or (choice = 'b' and others < 0)) as agreeing
    from tallied
    group by rater_id, dimension, stratum
),
shares as (
    select
        *,
        agreeing / nullif(overlapping, 0) as agreement,
        1.6449 * 1.6449 as z2
    from per_rater
)
select
    shares.rater_id,
    shares.dimension,
    shares.stratum,
    shares.votes,
    coalesce(strata.reliability, 0.5) as reliability,
    shares.ties / shares.votes as tie_rate,
    shares.firsts / nullif(shares.ordered, 0) as first_rate,
    shares.agreement,
    (agreement + z2 / (2 * overlapping)
        - sqrt(z2 * (agreement * (1 - agreement) + z2 / (4 * overlapping)) / overlapping)) / (1 + z2 / overlapping)
        as agreement_low,
    (agreement + z2 / (2 * overlapping)
        + sqrt(z2 * (agreement * (1 - agreement) + z2 / (4 * overlapping)) / overlapping)) / (1 + z2 / overlapping)
        as agreement_high,
    $calibration_id as calibration_id
from shares
left join policy.strata as strata on strata.scenario = '*' and strata.stratum = shares.stratum
