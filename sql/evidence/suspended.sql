-- Grain: an event or a rater that is not heard, and a reason.
-- What looks like pushing is set aside, with what was measured, and comes back by itself when the policy allows it: nothing in the
-- ledger changes. Beyond a cap a lot drawn by hash is heard, so that being early is no advantage. One hand with many accounts
-- is found by what they do together; an account that is surely wrong more often than right on trusted pairs by that.
with settings as (
    select * from policy.online where scenario = '*'
),
judging as (
    select event_id, rater_id, user_id, session, cohort, address, kind, response_id, happened_at, cast(happened_at as date) as day
    from evidence.events
    where kind in ('like', 'dislike', 'accept', 'reject', 'copy', 'retry', 'edit') and response_id is not null
),
placed as (
    select
        event_id, user_id, session, cohort, address,
        row_number() over (partition by user_id, day order by event_id) as of_user,
        row_number() over (partition by session order by event_id) as of_session,
        row_number() over (partition by address, day order by event_id) as of_address,
        row_number() over (partition by cohort, day order by event_id) as of_cohort,
        row_number() over (partition by user_id, response_id, kind order by event_id) as of_same
    from judging
),
capped as (
    select event_id, 'cap_user_day' as reason, of_user as measured, cap_user_day as most
    from placed cross join settings where user_id is not null and of_user > cap_user_day
    union all
    select event_id, 'cap_session', of_session, cap_session
    from placed cross join settings where session is not null and of_session > cap_session
    union all
    select event_id, 'cap_address_day', of_address, cap_address_day
    from placed cross join settings where address is not null and of_address > cap_address_day
    union all
    select event_id, 'cap_cohort_day', of_cohort, cap_cohort_day
    from placed cross join settings where cohort is not null and of_cohort > cap_cohort_day
    union all
    select event_id, 'repeated', of_same, 1
    from placed where user_id is not null and of_same > 1
),
timed as (
    select
        judging.rater_id, judging.event_id, judging.happened_at, settings.burst_seconds, settings.burst_events,
        date_diff('second', timestamp '2000-01-01 00:00:00', judging.happened_at) // settings.burst_seconds as span
    from judging
    cross join settings
    where user_id is not null and happened_at is not null
),
spans as (
    select
        rater_id, span, burst_events, count(*) as events,
        lag(span) over (partition by rater_id order by span) as span_before,
        lag(count(*)) over (partition by rater_id order by span) as events_before
    from timed
    group by rater_id, span, burst_events
),
-- A burst lies in two neighbouring spans that hold enough between them; few do, and only there every event is looked at.
crowded as (
    select rater_id, span, events
    from spans
    where events + case when span_before = span - 1 then events_before else 0 end >= burst_events
),
rolling as (
    select
        timed.rater_id, crowded.span, crowded.events, timed.happened_at, timed.burst_seconds, timed.burst_events,
        row_number() over (partition by timed.rater_id, crowded.span order by timed.happened_at, timed.event_id) as place
    from timed
    join crowded on crowded.rater_id = timed.rater_id and (timed.span = crowded.span or timed.span = crowded.span - 1)
),
bursts as (
    select early.rater_id, greatest(max(early.events), max(early.burst_events)) as measured
    from rolling as early
    join rolling as late
        on late.rater_id = early.rater_id and late.span = early.span and late.place = early.place + early.burst_events - 1
    where date_diff('microsecond', early.happened_at, late.happened_at) < 1000000 * early.burst_seconds
    group by early.rater_id
),
targets as (
    select distinct
        rater_id,
        concat(
            response_id, '/', case when kind in ('like', 'accept', 'copy') then '+' else '-' end, '/',
            cast(date_diff('second', timestamp '2000-01-01 00:00:00', happened_at) // (60 * settings.lockstep_minutes) as varchar)
        ) as target
    from judging
    cross join settings
    where user_id is not null and happened_at is not null
),
shared as (
    select target, count(*) as raters from targets group by target having count(*) > 1
),
-- Who often does what others do in the same span: few are left, and only they are held against each other.
often as (
    select targets.rater_id, count(*) as times, count(shared.target) as together
    from targets
    left join shared on shared.target = targets.target
    group by targets.rater_id
),
suspects as (
    select targets.rater_id, targets.target, often.times
    from targets
    join often on often.rater_id = targets.rater_id
    join shared on shared.target = targets.target
    cross join settings
    where often.together >= settings.lockstep_shared and 2 * often.together >= often.times
),
partners as (
    select one.rater_id, max(one.times) as times, count(*) as together
    from suspects as one
    join suspects as other on other.target = one.target and other.rater_id <> one.rater_id
    group by one.rater_id, other.rater_id
),
lockstep as (
    select partners.rater_id, max(partners.together) as together
    from partners
    cross join settings
    where partners.together >= settings.lockstep_shared and 2 * partners.together >= partners.times
    group by partners.rater_id
),
held as (
    select
        votes.rater_id,
        count(*) as n,
        count(*) filter (where (votes.winner_id = trusted.a) = (trusted.p_a > 0.5)) as right_ones,
        -- What somebody who is right half the time would reach, given how sure the trusted labels are.
        0.5e0 as chance
    from evidence.event_votes as votes
    join evidence.trusted as trusted on trusted.pair_id = votes.pair_id
    -- A thumb compares what its user did not see side by side: nobody loses a say by that.
    where votes.user_id is not null and votes.kind not in ('like', 'dislike') and abs(trusted.p_a - 0.5) > 0.3
    group by votes.rater_id
)
select 'event' as scope, event_id as subject, reason, cast(measured as double) as measured, cast(most as double) as most
from capped
union all
select 'rater', bursts.rater_id, 'burst', cast(bursts.measured as double), cast(settings.burst_events as double)
from bursts
cross join settings
union all
select 'rater', lockstep.rater_id, 'lockstep', cast(lockstep.together as double), cast(settings.lockstep_shared as double)
from lockstep
cross join settings
union all
select 'rater', held.rater_id, 'golden', wilson_high(held.right_ones / held.n, held.n), held.chance
from held
cross join settings
where held.n >= settings.golden_votes and wilson_high(held.right_ones / held.n, held.n) < held.chance
