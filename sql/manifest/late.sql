-- Grain: a source and a day.
-- Events that entered with this release, though they happened before the newest day that the release before knew of their source:
-- days that were thought complete and are not what they were.
with newest as (
    select events.source, max(cast(actions.happened_at as date)) as day
    from evidence.actions as actions
    join ledger.events as events on events.event_id = actions.event_id
    semi join manifest.known as known on known.batch_id = events.batch_id
    group by events.source
)
select
    events.source,
    strftime(actions.happened_at, '%Y-%m-%d') as day,
    count(*) as events
from evidence.actions as actions
join ledger.events as events on events.event_id = actions.event_id
join newest on newest.source = events.source
anti join manifest.known as known on known.batch_id = events.batch_id
where cast(actions.happened_at as date) < newest.day
group by events.source, strftime(actions.happened_at, '%Y-%m-%d')
order by events.source, day
