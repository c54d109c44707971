-- Grain: a decided vote, as it was given.
-- What came since the parent release is told from what it was made of by the batch that brought it, so that a change is held
-- against what was there, and is not drowned in it. Beside the vote stands what a ruler would have said.
with ordered as (
    -- A source that names winner and loser has every winner first: that is its spelling, nobody was shown it so.
    select source
    from ledger.votes
    where choice in ('left', 'right')
    group by source
    having min(choice) < max(choice)
)
select
    votes.vote_id, votes.pair_id, votes.prompt_id, votes.dimension, votes.rater_id, votes.stratum,
    prompts.policy_scenario as scenario,
    prompts.risk_level,
    case votes.choice when 'a' then 1 else -1 end as side,
    known.batch_id is null as fresh,
    case
        when pairs.features_a.characters = pairs.features_b.characters then null
        else (pairs.features_a.characters > pairs.features_b.characters) = (votes.choice = 'a')
    end as longer,
    case when ordered.source is not null then votes.a_shown_first = (votes.choice = 'a') end as shown_first,
    case
        when pairs.features_a.markdown = pairs.features_b.markdown then null
        else (pairs.features_a.markdown > pairs.features_b.markdown) = (votes.choice = 'a')
    end as marked
from evidence.votes as votes
join ledger.votes as said on said.vote_id = votes.vote_id
left join ordered on ordered.source = said.source
left join gates.batches as known on known.batch_id = said.batch_id
join evidence.pairs as pairs on pairs.pair_id = votes.pair_id
join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
where votes.choice <> 'tie' and votes.derived_from = 'vote'
