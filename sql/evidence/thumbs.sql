-- Grain: what a user, who is heard, thinks of a response by one kind of event.
-- Every kind but being shown speaks for a response or against it, as far as anybody would guess; whether it does is estimated.
-- Saying it again adds nothing. Users without a name cannot be told apart: each of their events stands alone.
with heard as (
    select events.*, coalesce(events.user_id, events.event_id) as who
    from evidence.events as events
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = events.event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = events.rater_id
    where events.kind <> 'shown' and events.response_id is not null and events.prompt_id is not null
),
firsts as (
    select *, row_number() over (partition by who, response_id, kind, stratum order by event_id) as turn
    from heard
)
select
    event_id, response_id, prompt_id, kind,
    kind in ('like', 'accept', 'copy', 'dwell') as good,
    place, session, user_id, rater_id, stratum, segment, doubt, happened_at
from firsts
where turn = 1
