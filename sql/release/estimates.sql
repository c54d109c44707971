-- Grain: a pair that is weighed, and what is estimated of it.
-- Of its dimensions one decides it, or all of them together: p_a, p_tie and p_b are of that.
select
    preferences.pair_id,
    cast(sum(preferences.votes) as bigint) as votes,
    list_sort(list({
        'dimension': preferences.dimension, 'p_a': preferences.p_a, 'p_tie': preferences.p_tie, 'p_b': preferences.p_b,
        'votes': preferences.votes
    })) as dimensions,
    coalesce(max(aggregates.p_a), max(preferences.p_a) filter (where preferences.dimension = records.dimension)) as p_a,
    coalesce(max(aggregates.p_tie), max(preferences.p_tie) filter (where preferences.dimension = records.dimension)) as p_tie,
    coalesce(max(aggregates.p_b), max(preferences.p_b) filter (where preferences.dimension = records.dimension)) as p_b
from noise.preferences as preferences
join weighting.records as records on records.record_id = preferences.pair_id
left join weighting.aggregates as aggregates on aggregates.pair_id = preferences.pair_id
where records.kind = 'pairs'
group by preferences.pair_id
-- Without the deciding estimate no side leads: such a pair must be missed by whoever counts, not written.
having bool_or(preferences.dimension = records.dimension)
