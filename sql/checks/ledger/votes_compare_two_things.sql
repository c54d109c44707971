-- Bad row: a vote between a response and itself, or with a choice that is none.
-- Both would be noise that no estimate can see.
select vote_id, source, batch_id, line, choice
from ledger.votes
where left_id = right_id or choice is null or choice not in ('left', 'right', 'tie', 'both_bad') or strength < 0 or strength > 1
