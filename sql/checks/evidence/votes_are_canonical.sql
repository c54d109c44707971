-- Bad row: a vote on a pair that is not in canonical order, or with a choice that is none.
-- Two display orders of one pair must meet, or half of the evidence is lost.
select vote_id, pair_id, a, b, choice, share
from evidence.votes
where not coalesce(a < b and choice in ('a', 'tie', 'b') and share > 0 and share <= 1, false)
