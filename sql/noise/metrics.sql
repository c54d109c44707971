-- Grain: a governance figure and the slice it is measured on.
-- The first figures an annotation lead asks for, per stratum: how much was said, how often with a tie, how often for the
-- side shown first, and how often it agrees with everybody else on the same pair.
with strata as (
    select
        stratum,
        cast(sum(votes) as bigint) as votes,
        sum(round(tie_rate * votes)) as ties
    from noise.raters
    group by stratum
),
ordered as (
    select
        stratum,
        count(*) as n,
        count(*) filter (where (choice = 'a') = a_shown_first) as firsts
    from evidence.votes
    where choice <> 'tie' and a_shown_first is not null
    group by stratum
),
tallied as (
    select
        stratum, choice, rater_id,
        sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) over (partition by pair_id, dimension)
            - sum(case choice when 'a' then 1 when 'b' then -1 else 0 end)
                over (partition by pair_id, dimension, rater_id) as others
    from evidence.votes
),
agreeing as (
    select
        stratum,
        count(*) as n,
        count(*) filter (where (choice = 'a') = (others > 0)) as agreed
    from tallied
    where choice <> 'tie' and others <> 0
    group by stratum
),
figures as (
    select 'tie_rate' as metric, stratum, ties / votes as value, votes as n, 'ties counted' as tie_policy from strata
    union all
    select 'first_rate', stratum, firsts / n, n, 'ties left out' from ordered
    union all
    select 'agreement', stratum, agreed / n, n, 'ties left out' from agreeing
)
select
    metric,
    'stratum=' || stratum as slice,
    value,
    (value + 2.7057 / (2 * n) - sqrt(2.7057 * (value * (1 - value) + 2.7057 / (4 * n)) / n)) / (1 + 2.7057 / n) as low,
    (value + 2.7057 / (2 * n) + sqrt(2.7057 * (value * (1 - value) + 2.7057 / (4 * n)) / n)) / (1 + 2.7057 / n) as high,
    n,
    tie_policy
from figures
