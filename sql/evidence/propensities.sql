-- Grain: a kind of event, a place, a segment and a task.
-- Users choose where they speak up. An event counts more where its like is rare for what was shown there, and less where it is
-- frequent (inverse propensity; Horvitz and Thompson 1952), clipped so that no single event decides (Ionides 2008). Where nobody
-- recorded what was shown, it counts as it is. Who is not heard must not move what others count, either.
with shown as (
    select actions.place, actions.segment, prompts.task, count(*) as shown
    from evidence.actions as actions
    join evidence.prompts as prompts on prompts.prompt_id = actions.prompt_id
    where actions.kind = 'shown'
    group by actions.place, actions.segment, prompts.task
),
done as (
    select 'single' as form, thumbs.kind, thumbs.place, thumbs.segment, prompts.task, count(*) as events
    from evidence.thumbs as thumbs
    join evidence.prompts as prompts on prompts.prompt_id = thumbs.prompt_id
    group by thumbs.kind, thumbs.place, thumbs.segment, prompts.task
    union all
    select 'pair', votes.kind, votes.place, votes.segment, prompts.task, count(*)
    from evidence.event_votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = votes.event_id
    anti join (select subject from evidence.suspended where scope = 'event') as other on other.subject = votes.other_event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = votes.rater_id
    group by votes.kind, votes.place, votes.segment, prompts.task
),
-- What compares two responses has no one place at which it was shown: all that was shown in the task counts.
anywhere as (
    select segment, task, sum(shown) as shown from shown group by segment, task
),
met as (
    select
        done.*,
        coalesce(case when done.place = 'unknown' then anywhere.shown else shown.shown end, 0) as shown
    from done
    left join shown on shown.place = done.place and shown.segment = done.segment and shown.task = done.task
    left join anywhere on anywhere.segment = done.segment and anywhere.task = done.task
),
rates as (
    select
        *,
        (events + 0.5e0) / (shown + 1) as rate,
        (sum(events) over (partition by form, kind, place, segment) + 0.5e0)
            / (sum(shown) over (partition by form, kind, place, segment) + 1) as usual,
        min(shown) over (partition by form, kind, place, segment) as least_shown
    from met
)
select
    form, kind, place, segment, task,
    cast(shown as bigint) as shown,
    events,
    case
        when least_shown = 0 then 1e0
        else round(least(settings.clip, greatest(1 / settings.clip, usual / rate)), 6)
    end as weight
from rates
cross join (select clip from policy.online where scenario = '*') as settings
