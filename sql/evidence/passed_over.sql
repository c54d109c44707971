-- Grain: a delivery of an event that another delivery stands for.
-- An event counts once by its own id, kind and response, whichever of its deliveries came first: where they differ, the one that says
-- it happened last stands, for it was changed since, then the one with the smaller hash; and one that names a response before one
-- that names none. So no order of arrival shows. One record with one id may say something of several responses.
with several as (
    select source, kind, own_id
    from ledger.events
    where own_id is not null and mode = 'online'
    group by source, kind, own_id
    having count(*) > 1
)
select event_id
from (
    select
        events.event_id,
        row_number() over (
            partition by events.source, events.kind, events.own_id, events.response_id
            order by events.occurred_at desc nulls last, events.event_id
        ) as place,
        events.response_id is null
            and max(events.response_id) over (partition by events.source, events.kind, events.own_id) is not null as unnamed
    from ledger.events as events
    semi join several
        on several.source = events.source and several.kind = events.kind and several.own_id = events.own_id
    where events.mode = 'online'
) as deliveries
where place > 1 or unnamed
