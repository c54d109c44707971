-- Grain: a pair and a dimension on which a settling vote was given.
-- A dispute is settled by those the policy lets settle it, and never by a majority: where they contradict each other it
-- stays open. Where nobody says other than what was settled there was no dispute: golden pairs are often such.
with settling as (
    select
        pair_id, dimension,
        count(*) as votes,
        coalesce(min(choice) = max(choice), false) as settled,
        case when min(choice) = max(choice) then min(choice) end as choice,
        bool_or(has_rationale) as has_rationale
    from evidence.votes
    where settles
    group by pair_id, dimension
),
contradicted as (
    select distinct settling.pair_id, settling.dimension
    from settling
    join evidence.votes as votes on votes.pair_id = settling.pair_id and votes.dimension = settling.dimension
    where settling.settled and not votes.settles and votes.choice <> settling.choice
)
select settling.*, contradicted.pair_id is not null as disputed
from settling
left join contradicted on contradicted.pair_id = settling.pair_id and contradicted.dimension = settling.dimension
