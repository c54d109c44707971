-- Grain: a rater on a dimension in a month: how often it was right on settled pairs.
-- What people settled does not move, so it shows who does: the golden back-test. Votes that settle are not held against
-- themselves, nor against what their rater said of the pair before.
select
    votes.rater_id, votes.dimension, votes.stratum,
    coalesce(strftime(votes.decided_at, '%Y-%m'), '') as month,
    count(*) as votes,
    count(*) filter (where votes.choice = settlements.choice) as hits,
    count(*) filter (where votes.choice <> settlements.choice and votes.choice <> 'tie' and settlements.choice <> 'tie') as opposed
from evidence.votes as votes
join noise.settlements as settlements
    on settlements.pair_id = votes.pair_id and settlements.dimension = votes.dimension
where settlements.settled and not votes.settles and votes.superseded is distinct from true
group by votes.rater_id, votes.dimension, votes.stratum, coalesce(strftime(votes.decided_at, '%Y-%m'), '')
