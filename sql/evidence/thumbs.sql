-- Grain: what a user, who is heard, thinks of a response by one kind of event.
-- Every kind but being shown speaks for a response or against it, as far as anybody would guess; whether it does is estimated.
-- Saying it again adds nothing. Who has no name is told apart by the session, and without one each event stands alone. Few say a
-- thing again, so only of what was said again the first is looked for.
with heard as (
    select
        events.event_id, events.response_id, events.prompt_id, events.kind, events.place, events.session, events.user_id,
        events.rater_id, events.stratum, events.segment, events.doubt, events.happened_at,
        who_speaks(events.user_id, events.session, events.event_id) as who
    from evidence.events as events
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = events.event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = events.rater_id
    where events.response_id is not null and events.prompt_id is not null
),
repeated as (
    select who, response_id, kind, stratum, min(event_id) as first_id
    from heard
    where who <> event_id
    group by who, response_id, kind, stratum
    having count(*) > 1
)
select
    heard.event_id, heard.response_id, heard.prompt_id, heard.kind,
    heard.kind in ('like', 'accept', 'copy', 'dwell') as good,
    heard.place, heard.session, heard.user_id, heard.rater_id, heard.stratum, heard.segment, heard.doubt, heard.happened_at
from heard
left join repeated
    on repeated.who = heard.who and repeated.response_id = heard.response_id and repeated.kind = heard.kind
    and repeated.stratum = heard.stratum
where repeated.first_id is null or repeated.first_id = heard.event_id
