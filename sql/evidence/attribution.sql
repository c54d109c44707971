-- Grain: a source and a kind of event.
-- Where no id ties an event to a response, what was shown last in the session is what it is about. How often that is wrong is
-- measured on the events that do name their response; where none does, it is as likely wrong as right. What was shown to another
-- prompt than the event names is no candidate; it is measured so where all events that need it name their prompt.
-- Only sessions in which something else than showing happened are walked through, and only few forwards.
with about as (
    select session, max(case when became_id is not null then 1 else 0 end) as any_became
    from evidence.actions
    where kind <> 'shown' and session is not null and happened_at is not null
    group by session
),
walked as (
    select
        actions.source, actions.kind, actions.prompt_id, actions.response_id,
        last_value(case when actions.kind = 'shown' and actions.response_id is not null then {'response_id': actions.response_id, 'prompt_id': actions.prompt_id} end ignore nulls)
            over (partition by actions.session order by actions.happened_at, actions.event_id rows between unbounded preceding and 1 preceding) as before
    from evidence.actions as actions
    join about on about.session = actions.session
    where actions.happened_at is not null
),
onwards as (
    select
        actions.source, actions.kind, actions.became_id,
        first_value(case when actions.kind = 'shown' then actions.response_id end ignore nulls)
            over (partition by actions.session order by actions.happened_at, actions.event_id rows between 1 following and unbounded following) as after_id
    from evidence.actions as actions
    join about on about.session = actions.session
    where about.any_became = 1 and actions.happened_at is not null
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
        count(*) filter (where response_id is null and fits) as attributed
    from near
    join bare on bare.source = near.source and bare.kind = near.kind
    group by near.source, near.kind
),
met_after as (
    select
        source, kind,
        count(*) filter (where after_id is not null) as named_became,
        count(*) filter (where after_id = became_id) as agreeing_became
    from onwards
    where kind <> 'shown' and became_id is not null
    group by source, kind
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
    coalesce(met_after.named_became, 0) as named_became,
    coalesce(met_after.agreeing_became, 0) as agreeing_became,
    (coalesce(met_after.named_became - met_after.agreeing_became, 0) + 0.5e0) / (coalesce(met_after.named_became, 0) + 1) as doubt_became
from counted
left join met on met.source = counted.source and met.kind = counted.kind
left join met_after on met_after.source = counted.source and met_after.kind = counted.kind
