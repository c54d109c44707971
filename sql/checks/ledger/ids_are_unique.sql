-- Bad row: an id that stands twice in its table.
-- Reading a file twice must change nothing; a repeated id means that something was counted twice.
select 'votes' as name, vote_id as id, count(*) as times from ledger.votes group by vote_id having count(*) > 1
union all
select 'ratings', rating_id, count(*) from ledger.ratings group by rating_id having count(*) > 1
union all
select 'steps', step_id, count(*) from ledger.steps group by step_id having count(*) > 1
union all
select 'events', event_id, count(*) from ledger.events group by event_id having count(*) > 1
