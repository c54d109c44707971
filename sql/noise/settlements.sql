-- Grain: a pair and a dimension on which a settling vote was given.
-- A dispute is settled by those the policy lets settle it, and never by a majority: where they contradict each other it
-- stays open.
select
    pair_id, dimension,
    count(*) as votes,
    coalesce(min(choice) = max(choice), false) as settled,
    case when min(choice) = max(choice) then min(choice) end as choice,
    bool_or(has_rationale) as has_rationale
from evidence.votes
where settles
group by pair_id, dimension
