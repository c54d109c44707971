-- Grain: a decided pair of a training layer and two dimensions that point different ways on it.
-- Which of the two the chosen side follows. The upper one is that which the governing policy ranks higher, so that one row says
-- both what the data does and what it ought to do. Where a dimension that ranks above both leads for the chosen side, the policy lets
-- that one decide: such a pair tells nothing of the two, and is left out, whichever of them was with it.
with conflicts as (
    select
        pairs.pair_id, pairs.scenario, pairs.policy_scenario, pairs.risk_level, pairs.weight,
        won.dimension as won, lost.dimension as lost
    from teaching.directions as won
    join teaching.directions as lost on lost.pair_id = won.pair_id
    join teaching.pairs as pairs on pairs.pair_id = won.pair_id
    where won.with_winner and not lost.with_winner
),
-- A dimension that the policy does not name has no priority, and stands after all that have one.
placed as (
    select
        conflicts.*,
        coalesce(one_here.priority, one.priority) as won_place,
        coalesce(other_here.priority, other.priority) as lost_place
    from conflicts
    left join policy.dimensions as one
        on one.scenario = conflicts.policy_scenario and one.dimension = conflicts.won
    left join policy.dimensions as other
        on other.scenario = conflicts.policy_scenario and other.dimension = conflicts.lost
    left join policy.priorities as one_here
        on one_here.scenario = conflicts.policy_scenario and one_here.risk_level = conflicts.risk_level
        and one_here.dimension = conflicts.won
    left join policy.priorities as other_here
        on other_here.scenario = conflicts.policy_scenario and other_here.risk_level = conflicts.risk_level
        and other_here.dimension = conflicts.lost
),
ranked as (
    select
        *,
        min(won_place) over (partition by pair_id) as decisive,
        won_place is not null and lost_place is not null as declared,
        coalesce(won_place, 1000000) < coalesce(lost_place, 1000000)
            or (coalesce(won_place, 1000000) = coalesce(lost_place, 1000000) and won < lost) as follows
    from placed
)
select
    pair_id, scenario, risk_level,
    case when follows then won else lost end as upper,
    case when follows then lost else won end as lower,
    declared, follows, weight
from ranked
where not coalesce(decisive < least(coalesce(won_place, 1000000), coalesce(lost_place, 1000000)), false)
