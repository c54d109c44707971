-- Bad row: a vote on a pair that is not in canonical order, or with a choice that is none.
-- Two display orders of one pair must meet, or half of the evidence is lost.
select vote_id, pair_id, a, b, choice, share
from evidence.votes
where a >= b or choice not in ('a', 'tie', 'b') or share <= 0 or share > 1
