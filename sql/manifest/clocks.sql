-- Grain: one row, the clocks of events.
-- How many users' clocks were plainly wrong, and how many deliveries of one event differed.
select
    (select count(*) from evidence.actions) as events,
    (select count(*) from evidence.actions where skewed) as skewed,
    (
        select cast(coalesce(sum(deliveries - 1), 0) as bigint)
        from (
            select count(distinct event_id) as deliveries
            from ledger.events
            where own_id is not null and mode = 'online'
            group by source, kind, own_id
            having count(distinct event_id) > 1
        ) as repeated
    ) as deliveries_passed_over
