-- Grain: something a user did, with the response it is about; what was only shown is in evidence.actions.
-- Only sessions in which something is missing are walked through: most events name what they are about. What was shown at the same time
-- was shown before, but to a retry: that it gave. Of several that were shown at once any may be meant: the first by id stands for them,
-- with the doubt that leaves.
with lacking as (
    select distinct session
    from evidence.actions
    where session is not null and happened_at is not null
        and kind <> 'shown' and (response_id is null or (kind = 'retry' and became_id is null))
),
several as (
    select session, happened_at
    from evidence.actions
    where kind = 'shown' and session in (select session from lacking)
    group by session, happened_at
    having min(response_id) < max(response_id)
),
tied as (
    select distinct actions.session, actions.happened_at, actions.response_id, actions.prompt_id
    from evidence.actions as actions
    join several on several.session = actions.session and several.happened_at = actions.happened_at
    where actions.kind = 'shown' and actions.response_id is not null
),
ordered as (
    select
        event_id, kind, prompt_id, response_id, became_id, session, happened_at,
        case kind when 'retry' then 0 when 'shown' then 1 else 2 end as turn,
        case
            when kind = 'shown' and response_id is not null
                then {'happened_at': happened_at, 'event_id': event_id, 'response_id': response_id, 'prompt_id': prompt_id}
        end as shown
    from evidence.actions
    where session in (select session from lacking) and happened_at is not null
),
walked as (
    select
        event_id, kind, prompt_id, response_id, became_id, session, happened_at,
        max(shown) over (
            partition by session order by happened_at, turn, event_id rows between unbounded preceding and 1 preceding
        ) as before,
        min(shown) over (
            partition by session order by happened_at, turn, event_id rows between 1 following and unbounded following
        ) as after
    from ordered
),
near as (
    select
        event_id, kind, prompt_id, response_id, became_id, session, after,
        -- A retry of what was shown at the same time, with nothing before.
        case when before is null and kind = 'retry' and after.happened_at = happened_at then after else before end as before
    from walked
    where kind <> 'shown' and (response_id is null or (kind = 'retry' and became_id is null))
),
-- An event that names its prompt is about that one: what was shown last to another says nothing of it.
meant as (
    select near.event_id, count(distinct tied.response_id) as answers, min({'id': tied.response_id, 'prompt_id': tied.prompt_id}) as first
    from near
    join tied on tied.session = near.session and tied.happened_at = near.before.happened_at
    where near.response_id is null and (near.prompt_id is null or tied.prompt_id = near.prompt_id)
    group by near.event_id
),
found as (
    select
        near.event_id, near.kind, near.became_id, near.session, near.after,
        coalesce(
            near.prompt_id, case when near.response_id is null then coalesce(meant.first.prompt_id, near.before.prompt_id) end
        ) as prompt_id,
        case
            when near.response_id is not null then near.response_id
            when meant.answers is not null then meant.first.id
            when near.prompt_id is null or near.prompt_id = near.before.prompt_id then near.before.response_id
        end as response_id,
        coalesce(meant.answers, 1) as answers
    from near
    left join meant on meant.event_id = near.event_id
),
-- What is given on a retry answers the same prompt, in other words.
given as (
    select found.event_id, count(distinct tied.response_id) as answers, min(tied.response_id) as response_id
    from found
    join tied on tied.session = found.session and tied.happened_at = found.after.happened_at
    where found.kind = 'retry' and found.became_id is null
        and tied.prompt_id = found.prompt_id and tied.response_id <> found.response_id
    group by found.event_id
),
told as (
    select
        found.event_id, found.prompt_id, found.response_id, found.answers, coalesce(given.answers, 1) as answers_given,
        case
            when given.response_id is not null then given.response_id
            when found.kind = 'retry' and found.became_id is null and found.after.response_id <> found.response_id
                and found.after.prompt_id = found.prompt_id
                then found.after.response_id
        end as became_id
    from found
    left join given on given.event_id = found.event_id
)
select
    actions.event_id, actions.source, actions.kind,
    coalesce(told.prompt_id, actions.prompt_id) as prompt_id,
    coalesce(actions.response_id, told.response_id) as response_id,
    coalesce(actions.became_id, told.became_id) as became_id,
    actions.alternatives, actions.place, actions.session, actions.user_id, actions.rater_id, actions.stratum, actions.segment,
    actions.cohort, actions.address, actions.value, actions.happened_at, actions.skewed,
    case
        when actions.response_id is not null or told.response_id is null then 0e0
        when told.answers = 1 then attribution.doubt
        else 1 - (1 - attribution.doubt) / told.answers
    end as doubt,
    case
        when actions.became_id is not null or told.became_id is null then 0e0
        when told.answers_given = 1 then attribution.doubt_became
        else 1 - (1 - attribution.doubt_became) / told.answers_given
    end as doubt_became
from evidence.actions as actions
left join told on told.event_id = actions.event_id
left join evidence.attribution as attribution on attribution.source = actions.source and attribution.kind = actions.kind
where actions.kind <> 'shown'
