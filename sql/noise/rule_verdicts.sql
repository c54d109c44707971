-- Grain: a rule's verdict for one side, on a pair and a dimension that people decided too.
-- Only people can tell whether a rule objects to the right things: where those who settled the pair prefer a side, else where the
-- majority of experts, crowd and users does, a rule that prefers one agrees with it or not. What rules call even they do not
-- object to, and while those who settle contradict each other nobody knows.
with voted as (
    select pair_id, dimension, sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from evidence.votes
    where stratum not like 'rule/%' and stratum not like 'judge/%'
    group by pair_id, dimension
),
people as (
    select
        voted.pair_id, voted.dimension,
        case
            when settled.pair_id is null then voted.lead
            when settled.choice = 'a' then 1
            when settled.choice = 'b' then -1
            else 0
        end as lead
    from voted
    left join noise.settlements as settled on settled.pair_id = voted.pair_id and settled.dimension = voted.dimension
),
rules as (
    select
        rater_id, stratum, pair_id, any_value(prompt_id) as prompt_id, dimension,
        sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from evidence.votes
    where stratum like 'rule/%'
    group by rater_id, stratum, pair_id, dimension
)
select
    rules.rater_id, rules.stratum, rules.pair_id, rules.prompt_id, rules.dimension,
    case when rules.lead > 0 then 'a' else 'b' end as rule,
    case when people.lead > 0 then 'a' else 'b' end as people
from rules
join people on people.pair_id = rules.pair_id and people.dimension = rules.dimension
where rules.lead <> 0 and people.lead <> 0
