-- Grain: a decided pair of a training layer and a dimension on which a side leads.
-- Where a dimension points, held against who won. A dimension on which neither side leads points nowhere.
select
    pairs.pair_id, preferences.dimension,
    (preferences.p_a > preferences.p_b) = pairs.a_wins as with_winner
from teaching.pairs as pairs
join policy.scenarios as governing on governing.scenario = pairs.policy_scenario
join noise.preferences as preferences on preferences.pair_id = pairs.pair_id
where preferences.dimension <> 'overall'
    and leads(preferences.p_a, preferences.p_tie, preferences.p_b, governing.tie_margin)
