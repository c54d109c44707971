-- Grain: a reason tag, a dimension and a scenario in which disputes with that tag were settled.
-- Why people disagreed is what the policy did not say clearly enough: the tags of settled disputes propose its next clauses.
with tagged as (
    select
        votes.pair_id, votes.dimension, unnest(given.reason_tags) as tag, votes.settles, votes.prompt_id
    from noise.settlements as settlements
    join evidence.votes as votes on votes.pair_id = settlements.pair_id and votes.dimension = settlements.dimension
    join ledger.votes as given on given.vote_id = votes.vote_id
    where settlements.settled and array_length(given.reason_tags) > 0
)
select
    tagged.tag, tagged.dimension, prompts.scenario,
    count(distinct tagged.pair_id) as disputes,
    count(distinct tagged.pair_id) filter (where tagged.settles) as decisive
from tagged
join evidence.prompts as prompts on prompts.prompt_id = tagged.prompt_id
group by tagged.tag, tagged.dimension, prompts.scenario
