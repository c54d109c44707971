-- Grain: an event or a rater that is not heard, and a reason.
-- What looks like pushing is set aside, with what was measured, and comes back by itself when the policy allows it: nothing in the
-- ledger changes. Beyond a cap a lot drawn by hash is heard, so that being early is no advantage. One hand with many accounts
-- is found by what they do together. An account that pushes alone is found by trusted pairs: it surely is wrong on them more often than
-- right, and less often right than all who do the same: were all equally often right, one in twenty of those found at most would be
-- expected to be there by chance, however many accounts there are (Benjamini and Hochberg 1995). Who has no name is told apart by the
-- session; what has neither repeats nothing.
with settings as (
    select * from policy.online where scenario = '*'
),
judging as (
    select
        event_id, rater_id, user_id, session, cohort, address, kind, response_id, happened_at,
        who_speaks(user_id, session, event_id) as who,
        cast(happened_at as date) as day, skewed,
        case
            when kind in ('retry', 'edit') then coalesce(became_id, '')
            when kind in ('accept', 'reject') then coalesce(array_to_string(alternatives, ' '), '')
            else ''
        end as beside
    from evidence.events
    where kind in ('like', 'dislike', 'accept', 'reject', 'copy', 'retry', 'edit') and response_id is not null
),
-- Few have more than a cap allows: what each has is counted first, and lots are drawn only there.
drawn as (
    select
        judging.event_id, 'cap_user_day' as reason, many.most,
        row_number() over (partition by judging.user_id, judging.day order by judging.event_id) as place
    from judging
    join (
        select user_id, day, cap_user_day as most from judging cross join settings
        where user_id is not null group by user_id, day, cap_user_day having count(*) > cap_user_day
    ) as many
        on many.user_id = judging.user_id and many.day is not distinct from judging.day
    union all
    select
        judging.event_id, 'cap_session', many.most,
        row_number() over (partition by judging.session order by judging.event_id)
    from judging
    join (
        select session, cap_session as most from judging cross join settings
        where session is not null group by session, cap_session having count(*) > cap_session
    ) as many
        on many.session = judging.session
    union all
    select
        judging.event_id, 'cap_address_day', many.most,
        row_number() over (partition by judging.address, judging.day order by judging.event_id)
    from judging
    join (
        select address, day, cap_address_day as most from judging cross join settings
        where address is not null group by address, day, cap_address_day having count(*) > cap_address_day
    ) as many
        on many.address = judging.address and many.day is not distinct from judging.day
    union all
    select
        judging.event_id, 'cap_cohort_day', many.most,
        row_number() over (partition by judging.cohort, judging.day order by judging.event_id)
    from judging
    join (
        select cohort, day, cap_cohort_day as most from judging cross join settings
        where cohort is not null group by cohort, day, cap_cohort_day having count(*) > cap_cohort_day
    ) as many
        on many.cohort = judging.cohort and many.day is not distinct from judging.day
    union all
    select
        judging.event_id, 'repeated', many.most,
        row_number() over (partition by judging.who, judging.response_id, judging.kind, judging.beside order by judging.event_id)
    from judging
    join (
        select who, response_id, kind, beside, 1 as most from judging
        where who <> event_id group by who, response_id, kind, beside having count(*) > 1
    ) as many
        on many.who = judging.who and many.response_id = judging.response_id and many.kind = judging.kind
        and many.beside = judging.beside
),
signed as (
    select
        event_id, who, response_id, happened_at, kind in ('like', 'dislike') as thumb, kind in ('like', 'accept') as good
    from judging
    where who <> event_id and kind in ('like', 'dislike', 'accept', 'reject')
),
changed as (
    select
        who, response_id, thumb,
        max(case when good then happened_at end) as good_at, max(case when not good then happened_at end) as bad_at
    from signed
    group by who, response_id, thumb
    having bool_or(good) and bool_or(not good)
),
-- Who changes a thumb, or takes what was chosen for refused, means the last; where nobody can tell which that is, neither is heard.
corrected as (
    select signed.event_id
    from signed
    join changed
        on changed.who = signed.who and changed.response_id = signed.response_id and changed.thumb = signed.thumb
    where (signed.good and not coalesce(changed.good_at > changed.bad_at, false))
        or (not signed.good and not coalesce(changed.bad_at > changed.good_at, false))
),
capped as (
    select event_id, reason, place as measured, most from drawn where place > most
),
timed as (
    select
        case when judging.user_id is null then judging.session else judging.rater_id end as hand, judging.user_id is null as nameless,
        judging.event_id, judging.happened_at, settings.burst_seconds, settings.burst_events,
        date_diff('second', timestamp '2000-01-01 00:00:00', judging.happened_at) // settings.burst_seconds as span
    from judging
    cross join settings
    where who <> event_id and happened_at is not null and not coalesce(skewed, false)
),
spans as (
    select hand, span, burst_events, count(*) as events
    from timed
    group by hand, span, burst_events
),
-- A burst lies in two neighbouring spans that hold enough between them, so one of them holds half; few have such a span, and
-- only there every event is looked at.
busy as (
    select
        hand, span, burst_events, events,
        lag(span) over (partition by hand order by span) as span_before,
        lag(events) over (partition by hand order by span) as events_before
    from spans
    where hand in (select hand from spans where 2 * events >= burst_events)
),
crowded as (
    select hand, span, events
    from busy
    where events + case when span_before = span - 1 then events_before else 0 end >= burst_events
),
rolling as (
    select
        timed.hand, timed.nameless, crowded.span, crowded.events, timed.happened_at, timed.burst_seconds, timed.burst_events,
        row_number() over (partition by timed.hand, crowded.span order by timed.happened_at, timed.event_id) as place
    from timed
    join crowded on crowded.hand = timed.hand and (timed.span = crowded.span or timed.span = crowded.span - 1)
),
bursts as (
    select early.hand, bool_or(early.nameless) as nameless, greatest(max(early.events), max(early.burst_events)) as measured
    from rolling as early
    join rolling as late
        on late.hand = early.hand and late.span = early.span and late.place = early.place + early.burst_events - 1
    -- All in one instant on the minute is a clock that knows no seconds, or a day.
    where date_diff('microsecond', early.happened_at, late.happened_at) < 1000000 * early.burst_seconds
        and (early.happened_at < late.happened_at or date_trunc('minute', early.happened_at) < early.happened_at)
    group by early.hand
),
-- A target is a response, for or against it, in a span of time.
targets as (
    select distinct
        case when judging.user_id is null then judging.session else judging.rater_id end as hand, judging.user_id is null as nameless,
        judging.response_id, judging.kind in ('like', 'accept', 'copy') as good,
        date_diff('second', timestamp '2000-01-01 00:00:00', judging.happened_at) // (60 * settings.lockstep_minutes) as span
    from judging
    cross join settings
    where who <> event_id and judging.happened_at > cast(judging.day as timestamp)
),
shared as (
    select response_id, good, span, count(*) as hands from targets group by response_id, good, span having count(*) > 1
),
-- Who often does what others do in the same span: few are left, and only they are held against each other.
often as (
    select targets.hand, count(*) as times, count(shared.hands) as together
    from targets
    left join shared on shared.response_id = targets.response_id and shared.good = targets.good and shared.span = targets.span
    group by targets.hand
),
suspects as (
    select targets.hand, targets.nameless, targets.response_id, targets.good, targets.span, often.times
    from targets
    join often on often.hand = targets.hand
    join shared on shared.response_id = targets.response_id and shared.good = targets.good and shared.span = targets.span
    cross join settings
    where often.together >= settings.lockstep_shared and 2 * often.together >= often.times
),
-- A session costs nothing to open, and all with all is a square: at each target all are held against the same 64 at most. Whoever acts
-- with a crowd of any size meets those of it.
crowd as (
    select hand, nameless, response_id, good, span
    from suspects
    qualify row_number() over (partition by response_id, good, span, nameless order by short_hash(hand), hand) <= 64
),
-- Accounts and sessions are held against their like: a session without a user may be that of an account, told twice.
partners as (
    select one.hand, bool_or(one.nameless) as nameless, max(one.times) as times, count(*) as together
    from suspects as one
    join crowd as other
        on other.response_id = one.response_id and other.good = one.good and other.span = one.span
        and other.nameless = one.nameless and other.hand <> one.hand
    group by one.hand, other.hand
),
pushing as (
    select hand, nameless, 'burst' as reason, measured, burst_events as most
    from bursts
    cross join settings
    union all
    select partners.hand, bool_or(partners.nameless), 'lockstep', max(partners.together), max(settings.lockstep_shared)
    from partners
    cross join settings
    where partners.together >= settings.lockstep_shared and 2 * partners.together >= partners.times
    group by partners.hand
),
tried as (
    select
        votes.rater_id, votes.prompt_id, votes.kind,
        1000000 * count(*) filter (where (votes.winner_id = trusted.a) = (trusted.p_a > 0.5)) // count(*) as right_ones
    from evidence.event_votes as votes
    join evidence.trusted as trusted on trusted.pair_id = votes.pair_id
    -- A thumb compares what its user did not see side by side: nobody loses a say by that.
    where votes.user_id is not null and votes.kind not in ('like', 'dislike') and abs(trusted.p_a - 0.5) > 0.3
    group by votes.rater_id, votes.prompt_id, votes.kind
),
-- How often all who do such a thing are right, as far as labels that are no surer than 0.98 can tell. Half the time at least: a kind that
-- hardly anybody but pushers uses is no excuse.
usual as (
    select kind, least(980000, greatest(500000, sum(right_ones) // count(*))) as expected from tried group by kind
),
-- What is said of one prompt stands or falls together: a choice among five is one try, and so are two of them.
prompts as (
    select
        tried.rater_id, tried.prompt_id,
        sum(tried.right_ones) // count(*) as right_ones, sum(usual.expected) // count(*) as expected
    from tried
    join usual on usual.kind = tried.kind
    group by tried.rater_id, tried.prompt_id
),
held as (
    select rater_id, count(*) as n, sum(right_ones) / 1e6 as right_ones, sum(expected) / (1e6 * count(*)) as expected
    from prompts
    group by rater_id
    having count(*) >= (select golden_votes from settings)
),
-- Tries with unlike chances have so few hits no more often than tries with their mean (Hoeffding 1956); a part of one counts as a hit.
ranked as (
    select held.*, chance, count(*) over (order by chance) as place, count(*) over () as tests
    from (select *, chance_of_so_few(ceil(right_ones), n, expected) as chance from held) as held
),
opposed as (
    select rater_id, wilson_high(right_ones / n, n) as agreement, 0.5e0 as least_agreement
    from ranked
    where chance <= (select max(chance) from ranked where chance * tests <= 0.05e0 * place)
)
select 'event' as scope, event_id as subject, reason, cast(measured as double) as measured, cast(most as double) as most
from capped
union all
select 'event', event_id, 'corrected', 2e0, 1e0
from corrected
union all
select 'rater', hand, reason, cast(measured as double), cast(most as double)
from pushing
where not nameless
union all
select 'event', events.event_id, pushing.reason, cast(pushing.measured as double), cast(pushing.most as double)
from pushing
join evidence.events as events on events.session = pushing.hand and events.user_id is null
where pushing.nameless
union all
select 'rater', rater_id, 'golden', agreement, least_agreement
from opposed
where agreement < least_agreement
