-- Grain: a pair and a dimension that people decided.
-- What rules are held against: what was settled, else the side that the majority of those who were asked prefers. Ties and even
-- splits are no answer; rules and judges are no people, and what users did is no decision: what it says is itself estimated.
with people as (
    select pair_id, dimension, sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from evidence.votes
    where stratum not like 'rule/%' and stratum not like 'judge/%' and derived_from is distinct from 'event'
    group by pair_id, dimension
),
answered as (
    select
        people.pair_id, people.dimension,
        case
            when settled.choice is not null then settled.choice
            when people.lead > 0 then 'a'
            when people.lead < 0 then 'b'
        end as answer
    from people
    left join noise.settlements as settled
        on settled.pair_id = people.pair_id and settled.dimension = people.dimension and settled.settled
)
select pair_id, dimension, answer
from answered
where answer in ('a', 'b')
