-- Grain: one row, the clocks of events.
-- How many users' clocks were plainly wrong, and how many deliveries of one event differed.
with several as (
    select source, kind, own_id
    from ledger.events
    where own_id is not null and mode = 'online'
    group by source, kind, own_id
    having min(event_id) <> max(event_id)
)
select
    (select count(*) from evidence.actions) as events,
    (select count(*) from evidence.actions where skewed) as skewed,
    (
        select count(*)
        from (
            select
                row_number() over (partition by events.source, events.kind, events.own_id, events.response_id order by events.event_id) as place,
                events.response_id is null
                    and max(events.response_id) over (partition by events.source, events.kind, events.own_id) is not null as unnamed
            from ledger.events as events
            semi join several
                on several.source = events.source and several.kind = events.kind and several.own_id = events.own_id
            where events.mode = 'online'
        ) as deliveries
        where place > 1 or unnamed
    ) as deliveries_passed_over
