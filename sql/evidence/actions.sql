-- Grain: something a user did, once, whose consent stands.
-- Only what came from a product: candidates that a model wrote are 'shown' to nobody, and an offline log is no exposure.
-- Of the deliveries of one event only that counts which is not passed over. A clock ahead of the time of receipt is wrong, and the
-- receipt's stands in; one behind cannot be told from an event that was sent late.
with settings as (
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
        when date_diff('microsecond', events.received_at, events.occurred_at) > 60000000 * settings.skew_minutes then events.received_at
        else events.occurred_at
    end as happened_at,
    coalesce(date_diff('microsecond', events.received_at, events.occurred_at) > 60000000 * settings.skew_minutes, false) as skewed
from ledger.events as events
cross join settings
anti join evidence.passed_over as passed on passed.event_id = events.event_id
anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
where events.mode = 'online'
