-- Bad row: an id that stands twice in its table, or a row without one.
-- Reading a file twice must change nothing; a repeated id means that something was counted twice.
select name, id, count(*) as times
from (
    select 'batches' as name, batch_id as id from ledger.batches
    union all
    select 'votes', vote_id from ledger.votes
    union all
    select 'ratings', rating_id from ledger.ratings
    union all
    select 'steps', step_id from ledger.steps
    union all
    select 'events', event_id from ledger.events
) as rows_with_ids
group by name, id
having count(*) > 1 or id is null
