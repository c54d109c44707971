-- Grain: a decided vote, as it was given.
-- What came since the parent release is told from what it was made of by the batch that brought it, so that a change is held
-- against what was there, and is not drowned in it. Few votes are new, or of a source whose order says nothing: only those are looked
-- up, for all others are most of the ledger.
with ordered as (
    -- A source that names winner and loser has every winner first: that is its spelling, nobody was shown it so.
    select source
    from ledger.votes
    where choice in ('left', 'right')
    group by source
    having min(choice) < max(choice)
),
fresh as (
    select said.vote_id
    from ledger.votes as said
    anti join gates.batches as known on known.batch_id = said.batch_id
),
spelled as (
    -- Where the source says itself that its order is unknown, there is nothing to take back.
    select said.vote_id
    from ledger.votes as said
    anti join ordered on ordered.source = said.source
    where said.order_known is distinct from false
)
select
    votes.vote_id, votes.pair_id, votes.dimension, votes.rater_id, votes.stratum,
    case votes.choice when 'a' then 1 else -1 end as side,
    fresh.vote_id is not null as fresh,
    case when spelled.vote_id is null then votes.a_shown_first = (votes.choice = 'a') end as shown_first
from evidence.votes as votes
left join fresh on fresh.vote_id = votes.vote_id
left join spelled on spelled.vote_id = votes.vote_id
where votes.choice <> 'tie' and votes.derived_from = 'vote'
