-- Grain: something a user did, once, whose consent stands.
-- Only what came from a product: candidates that a model wrote are 'shown' to nobody, and an offline log is no exposure.
-- An event counts once by its own id, kind and response, whichever of its deliveries came first: where they differ, the one with
-- the smaller hash stands, and one that names a response before one that names none, so that no order of arrival shows. One
-- record with one id may say something of several responses. A clock ahead of the time of receipt is wrong, and the receipt's
-- stands in; one behind cannot be told from an event that was sent late.
with several as (
    select source, kind, own_id
    from ledger.events
    where own_id is not null and mode = 'online'
    group by source, kind, own_id
    having min(event_id) <> max(event_id)
),
passed as (
    select event_id
    from (
        select
            events.event_id,
            row_number() over (partition by events.source, events.kind, events.own_id, events.response_id order by events.event_id) as place,
            events.response_id is null
                and max(events.response_id) over (partition by events.source, events.kind, events.own_id) is not null as unnamed
        from ledger.events as events
        semi join several
            on several.source = events.source and several.kind = events.kind and several.own_id = events.own_id
        where events.mode = 'online'
    ) as deliveries
    where place > 1 or unnamed
),
settings as (
    select skew_minutes from policy.online where scenario = '*'
)
select
    events.event_id, events.source, events.kind, events.prompt_id, events.response_id, events.became_id, events.alternatives,
    case when events.position = 0 then 'first' when events.position > 0 then 'later' else 'unknown' end as place,
    events.source || '/' || events.session as session,
    events.user_id, events.rater_id,
    events.supervisor || '/' || events.mode as stratum,
    coalesce(events.segment, case events.supervisor when 'rule' then 'rule' else 'unknown' end) as segment,
    events.cohort, events.address, events.value,
    case
        when events.occurred_at is null then events.received_at
        when date_diff('second', events.received_at, events.occurred_at) > 60 * settings.skew_minutes then events.received_at
        else events.occurred_at
    end as happened_at,
    coalesce(date_diff('second', events.received_at, events.occurred_at) > 60 * settings.skew_minutes, false) as skewed
from ledger.events as events
cross join settings
anti join passed on passed.event_id = events.event_id
anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
where events.mode = 'online'
