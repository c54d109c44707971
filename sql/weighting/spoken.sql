-- Grain: a record, where it is known when somebody spoke of it.
-- The first day says in which file of a release it lies, the last how old it is. A day that no product can have, before 1970 or after
-- 2059, is none, and what has no other is not here.
with rated as (
    select
        normalised.response_id, normalised.dimension, normalised.rater_id, normalised.stratum,
        coalesce(normalised.round, '') as round, ratings.decided_at as spoken_at
    from evidence.normalised_ratings as normalised
    join ledger.ratings as ratings on ratings.rating_id = normalised.rating_id
    where ratings.decided_at is not null
),
said as (
    select 'pairs' as kind, pair_id as record_id, decided_at as spoken_at
    from evidence.votes
    where derived_from <> 'rating'
    union all
    -- Two ratings are a vote from the day of the later one.
    select 'pairs', votes.pair_id, greatest(one.spoken_at, other.spoken_at)
    from evidence.votes as votes
    join rated as one
        on one.response_id = votes.a and one.dimension = votes.dimension and one.rater_id = votes.rater_id
        and one.stratum = votes.stratum and one.round = coalesce(votes.round, '')
    join rated as other
        on other.response_id = votes.b and other.dimension = votes.dimension and other.rater_id = votes.rater_id
        and other.stratum = votes.stratum and other.round = coalesce(votes.round, '')
    where votes.derived_from = 'rating'
    union all
    select 'ratings', response_id || '.' || dimension, spoken_at
    from rated
    union all
    select 'traces', trace_id, decided_at
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    union all
    select 'unpaired', response_id, happened_at
    from evidence.thumbs
),
dated as (
    select kind, record_id, date_diff('day', cast('1970-01-01' as date), cast(spoken_at as date)) as day
    from said
    where spoken_at is not null
)
select kind, record_id, cast(min(day) as bigint) as first_day, cast(max(day) as bigint) as last_day
from dated
where day between 0 and 32767
group by kind, record_id
