-- Grain: a decided pair of a training layer.
-- Who won, by the estimate that decides the pair: what a trainer will see as chosen.
select
    weights.record_id as pair_id, weights.scenario, weights.policy_scenario, weights.risk_level,
    preferences.p_a > preferences.p_b as a_wins,
    weights.weight
from teaching.weights as weights
join noise.preferences as preferences
    on preferences.pair_id = weights.record_id and preferences.dimension = weights.dimension
where weights.kind = 'pairs' and weights.decided
