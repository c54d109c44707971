-- Grain: one response rather than another to one prompt, by what a user did.
-- Six comparisons: what was accepted against what else was there, what else was there against what was rejected, a like against a
-- dislike by one user, the new against what a retry replaced, the edited against the original; and a thumb against the other responses
-- that have thumbs, which is one judgement however many these are. How much each says is estimated later; here only the sides are told
-- apart. Users without a name share one rater, and are told apart by the session; without one their thumbs compare nothing.
with chosen as (
    select
        event_id, kind, prompt_id, response_id, place, session, user_id, rater_id, stratum, segment, doubt, happened_at,
        list_filter(list_distinct(alternatives), lambda other: other <> response_id) as others
    from evidence.events
    where kind in ('accept', 'reject') and prompt_id is not null and response_id is not null
),
among as (
    select *, unnest(others) as other_id, array_length(others) + 1 as k
    from chosen
    where array_length(others) > 0
),
thumbs as (
    select
        prompt_id, response_id, rater_id, user_id, who_speaks(user_id, session, event_id) as who, stratum, kind,
        min(event_id) as event_id, min(session) as session, min(segment) as segment, min(place) as place, max(happened_at) as happened_at, max(doubt) as doubt
    from evidence.events
    where kind in ('like', 'dislike') and response_id is not null and prompt_id is not null
        and (user_id is not null or session is not null)
    group by prompt_id, response_id, rater_id, user_id, who_speaks(user_id, session, event_id), stratum, kind
),
-- Of many responses to one prompt a thumb on one says next to nothing of any other.
thumbed as (
    select prompt_id, response_id, count(*) over (partition by prompt_id) as k
    from (select distinct prompt_id, response_id from thumbs) as known
    qualify k between 2 and 8
),
-- Only ids are counted: who said it is joined in at the end, by the event, of which each thumb has its own.
others as (
    select thumbs.event_id, thumbed.response_id as other_id
    from thumbs
    join thumbed on thumbed.prompt_id = thumbs.prompt_id and thumbed.response_id <> thumbs.response_id
    anti join thumbs as own
        on own.who = thumbs.who and own.rater_id = thumbs.rater_id and own.stratum = thumbs.stratum and own.response_id = thumbed.response_id
),
apart as (
    select thumbs.*, others.other_id, counted.others
    from thumbs
    join (select event_id, count(*) as others from others group by event_id) as counted on counted.event_id = thumbs.event_id
    join others on others.event_id = thumbs.event_id
),
every as (
    select
        event_id, cast(null as varchar) as other_event_id, prompt_id,
        case when kind = 'accept' then response_id else other_id end as winner_id,
        case when kind = 'accept' then other_id else response_id end as loser_id,
        kind, place,
        -- Of two, who is not first is second; of more, only who is first comes before the others.
        case
            when place = 'first' then kind = 'accept'
            when place = 'later' and k = 2 then kind <> 'accept'
        end as winner_first,
        session, user_id, rater_id, stratum, segment, 2e0 / k as share, doubt, happened_at
    from among
    union all
    select
        liked.event_id, disliked.event_id, liked.prompt_id, liked.response_id, disliked.response_id, 'thumbs', 'unknown', cast(null as boolean),
        liked.session, liked.user_id, liked.rater_id, liked.stratum, liked.segment, 1e0,
        1 - (1 - liked.doubt) * (1 - disliked.doubt),
        case when liked.happened_at > disliked.happened_at then liked.happened_at else disliked.happened_at end
    from thumbs as liked
    join thumbs as disliked
        on disliked.prompt_id = liked.prompt_id and disliked.who = liked.who and disliked.rater_id = liked.rater_id
        and disliked.stratum = liked.stratum and disliked.response_id <> liked.response_id
    where liked.kind = 'like' and disliked.kind = 'dislike'
    union all
    select
        event_id, cast(null as varchar), prompt_id,
        case when kind = 'like' then response_id else other_id end,
        case when kind = 'like' then other_id else response_id end,
        kind, place, cast(null as boolean), session, user_id, rater_id, stratum, segment, 2e0 / (others + 1), doubt, happened_at
    from apart
    union all
    -- Which of the two a retry or an edit shows first is no accident, so it is no display order to learn from.
    select
        event_id, cast(null as varchar), prompt_id, became_id, response_id, kind, 'unknown', cast(null as boolean),
        session, user_id, rater_id, stratum, segment, 1e0, 1 - (1 - doubt) * (1 - doubt_became), happened_at
    from evidence.events
    where kind in ('retry', 'edit') and prompt_id is not null and response_id <> became_id
)
select
    short_hash(event_id || '/' || winner_id || '/' || loser_id) as vote_id,
    event_id, other_event_id, pair_id(winner_id, loser_id) as pair_id, prompt_id, winner_id, loser_id, kind, place, winner_first,
    session, user_id, rater_id, stratum, segment, share, doubt, happened_at
from every
