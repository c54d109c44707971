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
behaved as (
    select distinct events.response_id, events.rater_id, events.supervisor || '/' || events.mode as stratum, events.source
    from ledger.events as events
    anti join manifest.known as known on known.batch_id = events.batch_id
    where events.response_id is not null
),
named as (
    select votes.pair_id, said.source
    from said
    join evidence.votes as votes on votes.vote_id = said.id
    where votes.derived_from = 'vote'
    union all
    select votes.pair_id, rated.source
    from rated
    join evidence.votes as votes
        on votes.a = rated.response_id and votes.rater_id = rated.rater_id and votes.stratum = rated.stratum
    where votes.derived_from = 'rating'
    union all
    select votes.pair_id, rated.source
    from rated
    join evidence.votes as votes
        on votes.b = rated.response_id and votes.rater_id = rated.rater_id and votes.stratum = rated.stratum
    where votes.derived_from = 'rating'
    union all
    select votes.pair_id, behaved.source
    from behaved
    join evidence.votes as votes
        on votes.a = behaved.response_id and votes.rater_id = behaved.rater_id and votes.stratum = behaved.stratum
    where votes.derived_from = 'event'
    union all
    select votes.pair_id, behaved.source
    from behaved
    join evidence.votes as votes
        on votes.b = behaved.response_id and votes.rater_id = behaved.rater_id and votes.stratum = behaved.stratum
    where votes.derived_from = 'event'
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
