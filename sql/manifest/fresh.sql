-- Grain: a pair of a training layer that somebody has spoken of since the release before.
-- What is new is held against what was there, and named by the source that said most of it. A batch is new when the manifest of the
-- release before does not name it.
with said as (
    select given.vote_id as id, given.source
    from ledger.votes as given
    anti join manifest.known as known on known.batch_id = given.batch_id
),
rated as (
    select distinct ratings.response_id, ratings.rater_id, ratings.supervisor || '/' || ratings.mode as stratum, ratings.source
    from ledger.ratings as ratings
    anti join manifest.known as known on known.batch_id = ratings.batch_id
),
-- Two thumbs make one vote; either may be what is new.
behind as (
    select vote_id, event_id from evidence.event_votes
    union all
    select vote_id, other_event_id from evidence.event_votes where other_event_id is not null
),
behaved as (
    select distinct behind.vote_id as id, events.source
    from behind
    join ledger.events as events on events.event_id = behind.event_id
    anti join manifest.known as known on known.batch_id = events.batch_id
),
-- A rating speaks of one response: of every pair in which it is a side.
sided as (
    select pair_id, a as response_id, rater_id, stratum from evidence.votes where derived_from = 'rating'
    union all
    select pair_id, b, rater_id, stratum from evidence.votes where derived_from = 'rating'
),
named as (
    select votes.pair_id, said.source
    from said
    join evidence.votes as votes on votes.vote_id = said.id
    where votes.derived_from = 'vote'
    union all
    select votes.pair_id, behaved.source
    from behaved
    join evidence.votes as votes on votes.vote_id = behaved.id
    where votes.derived_from = 'event'
    union all
    select sided.pair_id, rated.source
    from rated
    join sided on sided.response_id = rated.response_id and sided.rater_id = rated.rater_id and sided.stratum = rated.stratum
),
counted as (
    select pair_id, source, row_number() over (partition by pair_id order by count(*) desc, source) as place
    from named
    group by pair_id, source
)
select counted.pair_id, counted.source
from counted
join teaching.pairs as pairs on pairs.pair_id = counted.pair_id
where counted.place = 1
