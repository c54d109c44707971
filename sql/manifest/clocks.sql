-- Grain: one row, the clocks of events.
-- How many users' clocks were plainly wrong, and how many deliveries of one event differed.
select
    (select count(*) from evidence.actions) as events,
    (select count(*) from evidence.actions where skewed) as skewed,
    (select count(*) from evidence.passed_over) as deliveries_passed_over
