-- Bad row: a pair that was voted on and has no row with the style of both sides.
-- Its votes would silently drop out of every estimate.
select votes.pair_id, min(votes.vote_id) as vote_id
from evidence.votes as votes
anti join evidence.pairs as pairs on pairs.pair_id = votes.pair_id
group by votes.pair_id
