-- Grain: a pair that is weighed, and what is estimated of it.
-- Of its dimensions one decides it, or all of them together: p_a, p_tie and p_b are of that.
-- Without the deciding estimate no side leads: such a pair must be missed by whoever counts, not written.
with estimated as (
    select
        preferences.pair_id, preferences.dimension, preferences.votes, preferences.p_a, preferences.p_tie, preferences.p_b,
        preferences.dimension = records.dimension as decides
    from noise.preferences as preferences
    join weighting.records as records on records.record_id = preferences.pair_id
    where records.kind = 'pairs'
),
-- Most pairs have one dimension alone: only what others have is put together.
others as (
    select
        pair_id, sum(votes) as votes,
        list({'dimension': dimension, 'p_a': p_a, 'p_tie': p_tie, 'p_b': p_b, 'votes': votes}) as dimensions
    from estimated
    where not decides
    group by pair_id
),
deciding as (
    select
        *, [{'dimension': dimension, 'p_a': p_a, 'p_tie': p_tie, 'p_b': p_b, 'votes': votes}] as dimensions
    from estimated
    where decides
)
select
    deciding.pair_id,
    cast(deciding.votes + coalesce(others.votes, 0) as bigint) as votes,
    case
        when others.pair_id is null then deciding.dimensions
        else list_sort(list_concat(deciding.dimensions, others.dimensions))
    end as dimensions,
    coalesce(aggregates.p_a, deciding.p_a) as p_a,
    coalesce(aggregates.p_tie, deciding.p_tie) as p_tie,
    coalesce(aggregates.p_b, deciding.p_b) as p_b
from deciding
left join others on others.pair_id = deciding.pair_id
left join weighting.aggregates as aggregates on aggregates.pair_id = deciding.pair_id
