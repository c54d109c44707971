-- Grain: a source and a kind of event.
-- Where no id ties an event to a response, what was shown last in the session is what it is about. How often that is wrong is
-- measured on the events that do name their response; where none does, it is as likely wrong as right. What was shown to another
-- prompt than the event names is no candidate; it is measured so where all events that need it name their prompt. Of several that
-- were shown at once any will do here: evidence.events adds the doubt that they leave.
-- Only sessions in which something else than showing happened are walked through, and only few forwards.
with about as (
    select session, max(case when became_id is not null then 1 else 0 end) as any_became
    from evidence.actions
    where kind <> 'shown' and session is not null and happened_at is not null
    group by session
),
several as (
    select session, happened_at
    from evidence.actions
    where kind = 'shown' and session in (select session from about)
    group by session, happened_at
    having min(response_id) < max(response_id)
),
tied as (
    select
        actions.session, actions.happened_at,
        list(actions.response_id) filter (where actions.response_id is not null) as responses,
        list(actions.prompt_id) filter (where actions.response_id is not null and actions.prompt_id is not null) as prompts
    from evidence.actions as actions
    join several on several.session = actions.session and several.happened_at = actions.happened_at
    where actions.kind = 'shown'
    group by actions.session, actions.happened_at
),
-- What was shown at the same time was shown before, but to a retry: that it gave.
ordered as (
    select
        actions.event_id, actions.source, actions.kind, actions.prompt_id, actions.response_id, actions.became_id, actions.session,
        actions.happened_at, about.any_became,
        case actions.kind when 'retry' then 0 when 'shown' then 1 else 2 end as turn,
        case
            when actions.kind = 'shown' and actions.response_id is not null
                then {'happened_at': actions.happened_at, 'response_id': actions.response_id, 'prompt_id': actions.prompt_id}
        end as shown
    from evidence.actions as actions
    join about on about.session = actions.session
    where actions.happened_at is not null
),
walked as (
    select
        source, kind, prompt_id, response_id, session,
        last_value(shown ignore nulls) over (
            partition by session order by happened_at, turn, event_id rows between unbounded preceding and 1 preceding
        ) as before
    from ordered
),
near as (
    select
        walked.source, walked.kind, walked.prompt_id, walked.response_id, walked.before is not null as any_shown,
        walked.before is not null and (
            walked.prompt_id is null
            or coalesce(list_contains(tied.prompts, walked.prompt_id), walked.prompt_id = walked.before.prompt_id, false)
        ) as fits,
        coalesce(list_contains(tied.responses, walked.response_id), walked.before.response_id = walked.response_id, false) as among
    from walked
    left join tied on tied.session = walked.session and tied.happened_at = walked.before.happened_at
    where walked.kind <> 'shown'
),
bare as (
    select source, kind, count(*) filter (where response_id is null and prompt_id is null) > 0 as any_bare
    from near
    group by source, kind
),
met as (
    select
        near.source, near.kind,
        count(*) filter (where response_id is not null and any_shown and (fits or any_bare)) as adjacent,
        count(*) filter (where among and (fits or any_bare)) as agreeing,
        count(*) filter (where response_id is null and fits) as attributed
    from near
    join bare on bare.source = near.source and bare.kind = near.kind
    group by near.source, near.kind
),
onwards as (
    select
        source, kind, became_id, session,
        first_value(shown ignore nulls) over (
            partition by session order by happened_at, turn, event_id rows between 1 following and unbounded following
        ) as after
    from ordered
    where any_became = 1
),
met_after as (
    select
        onwards.source, onwards.kind,
        count(*) filter (where onwards.after is not null) as named_became,
        count(*) filter (
            where coalesce(list_contains(tied.responses, onwards.became_id), onwards.after.response_id = onwards.became_id)
        ) as agreeing_became
    from onwards
    left join tied on tied.session = onwards.session and tied.happened_at = onwards.after.happened_at
    where onwards.kind <> 'shown' and onwards.became_id is not null
    group by onwards.source, onwards.kind
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
