-- Bad row: a vote between a response and itself, or with a choice or a strength that is none.
-- All of them would be noise that no estimate can see.
select vote_id, source, batch_id, line, choice
from ledger.votes
where not coalesce(
    left_id <> right_id and choice in ('left', 'right', 'tie', 'both_bad') and coalesce(strength between 0 and 1, true),
    false)
