-- Grain: a source and a kind of event.
-- Where no id ties an event to a response, what was shown last in the session is what it is about. How often that is wrong is
-- measured on the events that do name their response; where none does, it is as likely wrong as right. What was shown to another
-- prompt than the event names is no candidate; it is measured so where all events that need it name their prompt.
with walked as (
    select
        source, kind, prompt_id, response_id, became_id,
        max(case when kind = 'shown' and response_id is not null then {'happened_at': happened_at, 'event_id': event_id, 'response_id': response_id, 'prompt_id': prompt_id} end)
            over (partition by session order by happened_at, event_id rows between unbounded preceding and 1 preceding) as before,
        min(case when kind = 'shown' and response_id is not null then {'happened_at': happened_at, 'event_id': event_id, 'response_id': response_id} end)
            over (partition by session order by happened_at, event_id rows between 1 following and unbounded following) as after
    from evidence.actions
    where session is not null and happened_at is not null
),
near as (
    select *, before is not null and (prompt_id is null or prompt_id = before.prompt_id) as fits
    from walked
    where kind <> 'shown'
),
bare as (
    select source, kind, count(*) filter (where response_id is null and prompt_id is null) > 0 as any_bare
    from near
    group by source, kind
),
met as (
    select
        near.source, near.kind,
        count(*) filter (where response_id is not null and before is not null and (fits or any_bare)) as adjacent,
        count(*) filter (where before.response_id = response_id and (fits or any_bare)) as agreeing,
        count(*) filter (where response_id is null and fits) as attributed,
        count(*) filter (where became_id is not null and after is not null) as named_became,
        count(*) filter (where after.response_id = became_id) as agreeing_became
    from near
    join bare on bare.source = near.source and bare.kind = near.kind
    group by near.source, near.kind
),
counted as (
    select
        source, kind, count(*) as events,
        count(*) filter (where response_id is not null) as named,
        count(*) filter (where response_id is null) as unnamed
    from evidence.actions
    where kind <> 'shown'
    group by source, kind
)
select
    counted.source, counted.kind, counted.events, counted.named,
    coalesce(met.adjacent, 0) as adjacent,
    coalesce(met.agreeing, 0) as agreeing,
    counted.unnamed,
    coalesce(met.attributed, 0) as attributed,
    (coalesce(met.adjacent - met.agreeing, 0) + 0.5e0) / (coalesce(met.adjacent, 0) + 1) as doubt,
    coalesce(met.named_became, 0) as named_became,
    coalesce(met.agreeing_became, 0) as agreeing_became,
    (coalesce(met.named_became - met.agreeing_became, 0) + 0.5e0) / (coalesce(met.named_became, 0) + 1) as doubt_became
from counted
left join met on met.source = counted.source and met.kind = counted.kind
