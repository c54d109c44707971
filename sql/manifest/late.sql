-- Grain: a source and a day.
-- Events that entered with this release, though they happened before the newest day that the release before knew of their source:
-- days that were thought complete and are not what they were. The ledger has no clock of its own, for results must not depend on
-- when files were read. So a day is believed when two accounts say so, with a twentieth of the events of the busiest: one clock in
-- the future makes nothing late. Where no two accounts meet on any day, the newest day is believed.
with days as (
    select
        events.source,
        cast(actions.happened_at as date) as day,
        count(*) as events,
        coalesce(min(coalesce(actions.user_id, actions.session)) <> max(coalesce(actions.user_id, actions.session)), false) as shared
    from evidence.actions as actions
    join ledger.events as events on events.event_id = actions.event_id
    semi join manifest.known as known on known.batch_id = events.batch_id
    where actions.happened_at is not null
    group by events.source, cast(actions.happened_at as date)
),
newest as (
    select source, coalesce(max(case when shared and 20 * events >= most then day end), max(day)) as day
    from (select *, max(events) over (partition by source) as most from days) as compared
    group by source
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
