-- Grain: a source and a kind of event.
-- Where no id ties an event to a response, what was shown last in the session is what it is about. How often that is wrong is
-- measured on the events that do name their response; where none does, it is as likely wrong as right. What was shown to another
-- prompt than the event names is no candidate; it is measured so where all events that need it name their prompt. Of several that
-- were shown at once any will do here: evidence.events adds the doubt that they leave.
-- Most events come after everything that their session shows, or before all of it: only the others are placed by a walk. All that is
-- told of what was shown before or after is when that was.
with done as (
    select event_id, source, kind, prompt_id, response_id, became_id, session, happened_at
    from evidence.actions
    where kind <> 'shown' and session is not null and happened_at is not null
),
shown as (
    select session, happened_at, prompt_id, response_id
    from evidence.actions
    where kind = 'shown' and response_id is not null and happened_at is not null and session in (select session from done)
),
ends as (
    select session, min(happened_at) as first_at, max(happened_at) as last_at
    from shown
    group by session
),
-- What was shown at the same time was shown before, but to a retry: that it gave.
placed as (
    select
        done.*, ends.first_at, ends.last_at,
        case when done.kind = 'retry' then done.happened_at > ends.first_at else done.happened_at >= ends.first_at end as follows_first,
        case when done.kind = 'retry' then done.happened_at > ends.last_at else done.happened_at >= ends.last_at end as follows_last
    from done
    left join ends on ends.session = done.session
),
between_two as (
    select event_id, source, kind, prompt_id, response_id, became_id, session, happened_at
    from placed
    where follows_first and not follows_last
),
walked as (
    select
        event_id, source, kind, prompt_id, response_id, became_id, session,
        max(shown_at) over (
            partition by session order by happened_at, turn rows between unbounded preceding and 1 preceding
        ) as before_at,
        min(shown_at) over (
            partition by session order by happened_at, turn rows between 1 following and unbounded following
        ) as after_at
    from (
        select
            event_id, source, kind, prompt_id, response_id, became_id, session, happened_at,
            case kind when 'retry' then 0 else 2 end as turn, cast(null as timestamp) as shown_at
        from between_two
        union all
        select cast(null as varchar), null, null, null, null, null, session, happened_at, 1, happened_at
        from shown
        where session in (select session from between_two)
    ) as steps
),
timed as (
    select
        source, kind, prompt_id, response_id, became_id, session,
        case when follows_last then last_at end as before_at,
        case when not follows_first then first_at end as after_at
    from placed
    where not follows_first or follows_last or follows_first is null
    union all
    select source, kind, prompt_id, response_id, became_id, session, before_at, after_at
    from walked
    where kind is not null
),
instants as (
    select session, happened_at, min(response_id) as first_id, max(response_id) as last_id, max(prompt_id) as prompt_id
    from shown
    group by session, happened_at
),
tied as (
    select
        shown.session, shown.happened_at,
        list(shown.response_id) as responses,
        list(shown.prompt_id) filter (where shown.prompt_id is not null) as prompts
    from shown
    join instants on instants.session = shown.session and instants.happened_at = shown.happened_at
    where instants.first_id < instants.last_id
    group by shown.session, shown.happened_at
),
near as (
    select
        timed.source, timed.kind, timed.prompt_id, timed.response_id, timed.before_at is not null as any_shown,
        timed.before_at is not null and (
            timed.prompt_id is null
            or coalesce(list_contains(tied.prompts, timed.prompt_id), timed.prompt_id = instants.prompt_id, false)
        ) as fits,
        coalesce(list_contains(tied.responses, timed.response_id), timed.response_id = instants.last_id, false) as among
    from timed
    left join instants on instants.session = timed.session and instants.happened_at = timed.before_at
    left join tied on tied.session = timed.session and tied.happened_at = timed.before_at
),
summed as (
    select
        source, kind,
        count(*) filter (where response_id is null and prompt_id is null) > 0 as any_bare,
        count(*) filter (where response_id is not null and any_shown) as after_any,
        count(*) filter (where response_id is not null and any_shown and fits) as after_fitting,
        count(*) filter (where among) as among_any,
        count(*) filter (where among and fits) as among_fitting,
        count(*) filter (where response_id is null and fits) as attributed
    from near
    group by source, kind
),
met as (
    select
        source, kind, attributed,
        case when any_bare then after_any else after_fitting end as adjacent,
        case when any_bare then among_any else among_fitting end as agreeing
    from summed
),
met_after as (
    select
        timed.source, timed.kind,
        count(*) filter (where timed.after_at is not null) as named_became,
        count(*) filter (
            where coalesce(list_contains(tied.responses, timed.became_id), timed.became_id = instants.last_id)
        ) as agreeing_became
    from timed
    left join instants on instants.session = timed.session and instants.happened_at = timed.after_at
    left join tied on tied.session = timed.session and tied.happened_at = timed.after_at
    where timed.became_id is not null
    group by timed.source, timed.kind
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
