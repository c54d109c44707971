-- Grain: a pair and a dimension that somebody voted on.
-- Numbered, because the fit goes over every vote many times; with how its sides differ in style, in steps coarse enough that no
-- engine rounds them otherwise. What people settled is known, and anchors the raters. Only a tie does not where raters contradict each
-- other, if people settled disputes before others (more than half as many again among several votes): many disputes end that way, and
-- raters who are excused for those, or thought not to see ties, would make every other item doubtful. In the order of the buckets, as
-- the votes are.
with judged as (
    select
        pair_id, dimension,
        count(*) filter (where not settles and superseded is distinct from true) as votes,
        coalesce(bool_or(choice = 'a') filter (where not settles and superseded is distinct from true)
            and bool_or(choice = 'b') filter (where not settles and superseded is distinct from true), false) as disputed,
        coalesce(bool_and(a_shown_first) filter (where not settles and superseded is distinct from true), true) as one_way
    from evidence.votes
    group by pair_id, dimension
),
known as (
    select
        judged.*,
        case settlements.choice when 'a' then 1 when 'tie' then 0 when 'b' then -1 end as settled
    from judged
    left join noise.settlements as settlements
        on settlements.pair_id = judged.pair_id and settlements.dimension = judged.dimension and settlements.settled
),
chosen as (
    select
        dimension,
        2 * count(*) filter (where settled is not null and disputed) * count(*) filter (where settled is null)
            > 3 * count(*) filter (where settled is null and disputed) * count(*) filter (where settled is not null) as disputes_first
    from known
    where votes > 1
    group by dimension
)
select
    row_number() over (order by known.pair_id, known.dimension) as item,
    known.pair_id,
    known.dimension,
    known.votes,
    known.settled,
    case when known.settled <> 0 or not (known.disputed and coalesce(chosen.disputes_first, false)) then known.settled end as anchor,
    -- What people settled is in every sample.
    hash_bits_high(known.pair_id) % case when known.settled is not null then 2 else 64 end as bucket,
    -- What is unknown is no difference: least and greatest would pass over it, and leave their own bounds.
    greatest(-2.5e0, least(2.5e0, coalesce(
        round(2 * ln((features_a.characters + 10) / (features_b.characters + 10)) / 0.6) / 2, 0))) as longer,
    greatest(-1e0, least(1e0, coalesce(round((features_a.markdown - features_b.markdown) / 3) / 2, 0))) as marked,
    case when features_b.hedged then 1e0 else 0e0 end - case when features_a.hedged then 1e0 else 0e0 end as firm,
    -- Where nobody saw b first, a and b may be names of classes, and one may be commoner than the other.
    case when known.one_way then 1e0 else 0e0 end as named
from known
left join evidence.pairs as pairs on pairs.pair_id = known.pair_id
left join chosen on chosen.dimension = known.dimension
order by bucket
