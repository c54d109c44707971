-- Grain: something a user did, with the response it is about; what was only shown is in evidence.actions.
-- Only sessions in which something is missing are walked through: most events name what they are about.
with lacking as (
    select distinct session
    from evidence.actions
    where session is not null and happened_at is not null
        and kind <> 'shown' and (response_id is null or (kind = 'retry' and became_id is null))
),
walked as (
    select
        event_id, kind, prompt_id, response_id, became_id, session, happened_at,
        max(case when kind = 'shown' and response_id is not null
            then {'happened_at': happened_at, 'event_id': event_id, 'response_id': response_id, 'prompt_id': prompt_id} end)
            over (partition by session order by happened_at, event_id rows between unbounded preceding and 1 preceding) as before,
        min(case when kind = 'shown' and response_id is not null
            then {'happened_at': happened_at, 'event_id': event_id, 'response_id': response_id, 'prompt_id': prompt_id} end)
            over (partition by session order by happened_at, event_id rows between 1 following and unbounded following) as after
    from evidence.actions
    where session in (select session from lacking) and happened_at is not null
),
-- An event that names its prompt is about that one: what was shown last to another says nothing of it.
near as (
    select
        event_id, kind, prompt_id, response_id, became_id, after,
        case when prompt_id is null or prompt_id = before.prompt_id then before end as before
    from walked
),
found as (
    select
        event_id,
        coalesce(prompt_id, case when response_id is null then before.prompt_id end) as prompt_id,
        coalesce(response_id, before.response_id) as response_id,
        -- What is given on a retry answers the same prompt, in other words.
        case
            when kind = 'retry' and became_id is null and after.response_id <> coalesce(response_id, before.response_id)
                and after.prompt_id = coalesce(prompt_id, case when response_id is null then before.prompt_id end)
                then after.response_id
        end as became_id
    from near
    where kind <> 'shown' and (response_id is null or (kind = 'retry' and became_id is null))
)
select
    actions.event_id, actions.source, actions.kind,
    coalesce(found.prompt_id, actions.prompt_id) as prompt_id,
    coalesce(actions.response_id, found.response_id) as response_id,
    coalesce(actions.became_id, found.became_id) as became_id,
    actions.alternatives, actions.place, actions.session, actions.user_id, actions.rater_id, actions.stratum, actions.segment,
    actions.cohort, actions.address, actions.value, actions.happened_at, actions.skewed,
    case when actions.response_id is null and found.response_id is not null then attribution.doubt else 0e0 end as doubt,
    case when actions.became_id is null and found.became_id is not null then attribution.doubt_became else 0e0 end as doubt_became
from evidence.actions as actions
left join found on found.event_id = actions.event_id
left join evidence.attribution as attribution on attribution.source = actions.source and attribution.kind = actions.kind
where actions.kind <> 'shown'
