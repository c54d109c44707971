-- Grain: a record of a training layer, a user, and a cohort and day of what the user said.
-- What of a record's evidence is a user's: the share of the users' stratum, divided among them by how often each spoke. A cohort is a
-- source; what has no date stands together on one day, because nobody can say that it was spread.
with acted as (
    select
        event_id, rater_id, prompt_id, response_id, stratum, source,
        coalesce(cast(cast(happened_at as date) as varchar), 'unknown') as day
    from (
        select event_id, rater_id, prompt_id, response_id, stratum, source, happened_at from evidence.events
        union all
        select event_id, rater_id, prompt_id, response_id, stratum, source, happened_at from evidence.actions where kind = 'shown'
    ) as events
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = events.event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = events.rater_id
    where stratum like 'user/%'
),
-- Where ratings or behaviour became a vote, the first of the user's days with the prompt stands for it.
met as (
    select rater_id, prompt_id, min(day) as day, min(source) as cohort
    from (
        select rater_id, prompt_id, day, source from acted
        union all
        select rater_id, prompt_id, coalesce(cast(cast(decided_at as date) as varchar), 'unknown'), source
        from ledger.ratings
        where supervisor = 'user'
    ) as spoken
    group by rater_id, prompt_id
),
said as (
    select
        'pairs' as kind, records.record_id, votes.stratum, votes.rater_id,
        coalesce(given.source, met.cohort, votes.stratum) as cohort,
        coalesce(cast(cast(votes.decided_at as date) as varchar), met.day, 'unknown') as day
    from evidence.votes as votes
    join weighting.records as records
        on records.kind = 'pairs' and records.record_id = votes.pair_id and records.dimension = votes.dimension
    left join ledger.votes as given on given.vote_id = votes.vote_id and given.supervisor = 'user'
    left join met on met.rater_id = votes.rater_id and met.prompt_id = votes.prompt_id
    where votes.stratum like 'user/%'
    union all
    select
        'ratings', ratings.response_id || '.' || ratings.dimension, ratings.supervisor || '/' || ratings.mode, ratings.rater_id,
        ratings.source, coalesce(cast(cast(ratings.decided_at as date) as varchar), 'unknown')
    from ledger.ratings as ratings
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    where ratings.supervisor = 'user'
    union all
    select distinct
        'traces', steps.trace_id, steps.supervisor || '/' || steps.mode, steps.rater_id, steps.source,
        coalesce(cast(cast(steps.decided_at as date) as varchar), 'unknown')
    from ledger.steps as steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    where steps.supervisor = 'user'
    union all
    select 'unpaired', opinions.response_id, opinions.stratum, acted.rater_id, acted.source, acted.day
    from weighting.opinions as opinions
    join acted on acted.event_id = opinions.event_ids[1]
),
counted as (
    select
        kind, record_id, stratum, rater_id, cohort, day, count(*) as said,
        sum(count(*)) over (partition by kind, record_id, stratum) as whole
    from said
    group by kind, record_id, stratum, rater_id, cohort, day
),
shared as (
    select
        counted.kind, counted.record_id, counted.rater_id, counted.cohort, counted.day,
        list_filter(records.strata, lambda s: s.stratum = counted.stratum)[1].votes * counted.said / counted.whole as share
    from counted
    join weighting.members as members on members.kind = counted.kind and members.record_id = counted.record_id
    join weighting.records as records on records.kind = counted.kind and records.record_id = counted.record_id
)
select
    kind, record_id, rater_id, cohort, day,
    sum(cast(floor(coalesce(share, 0) * 1e9) as bigint)) / 1e9 as share
from shared
group by kind, record_id, rater_id, cohort, day
