-- Grain: one row, the pairs that annotators answered because of online feedback.
-- What asking was worth: how often people said otherwise than the users of the product had, or where these had not decided.
with asked as (
    select distinct pair_id from evidence.votes where round = 'backflow' and dimension = 'overall'
),
answered as (
    select
        votes.pair_id,
        sum(case when derived_from <> 'event' then 0e0 when choice = 'a' then round(1e6 * share) when choice = 'b' then -round(1e6 * share)
            else 0e0 end) as users,
        sum(case when round = 'backflow' and choice = 'a' then 1 when round = 'backflow' and choice = 'b' then -1 else 0 end) as people
    from evidence.votes as votes
    semi join asked on asked.pair_id = votes.pair_id
    where votes.dimension = 'overall'
    group by votes.pair_id
)
select
    count(*) as answered,
    count(*) filter (where sign(users) <> sign(people)) as changed
from answered
