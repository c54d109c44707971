-- Grain: a measure of how sources are told apart and a slice.
-- A signal weighs by who gave it. A rater without a name has that of its source; a name in two strata, or a model among people,
-- means that signals of different weight came in together.
with families as (
    select rater_id, bool_or(family is not null) as is_model
    from ledger.raters
    group by rater_id
),
given as (
    select source, rater_id, supervisor || '/' || mode as stratum, supervisor, count(*) as votes
    from ledger.votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    anti join evidence.outdated as outdated on outdated.vote_id = votes.vote_id
    group by source, rater_id, supervisor || '/' || mode, supervisor
    union all
    select source, rater_id, supervisor || '/' || mode, supervisor, count(*)
    from ledger.ratings
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    group by source, rater_id, supervisor || '/' || mode, supervisor
),
named as (
    select *, substr(rater_id, length(supervisor) + 2) as name
    from given
),
shared as (
    select name
    from named
    where name <> source
    group by name
    having min(stratum) < max(stratum)
),
counted as (
    select
        named.source, named.stratum,
        cast(sum(named.votes) as bigint) as n,
        sum(case when named.name = named.source then named.votes else 0 end) as nameless,
        sum(case
            when shared.name is not null or (coalesce(families.is_model, false) and named.supervisor not in ('judge', 'rule'))
                then named.votes
            else 0
        end) as pooled
    from named
    left join shared on shared.name = named.name
    left join families on families.rater_id = named.rater_id
    group by named.source, named.stratum
),
figures as (
    select 'nameless' as measure, source, stratum, nameless / n as value, n
    from counted
    -- A judge or a rule without a name is still one judge or rule.
    where stratum not like 'judge/%' and stratum not like 'rule/%'
    union all
    select 'pooled', source, stratum, pooled / n, n
    from counted
)
select
    measure, '*' as scenario, 'source' as slice, source as name, stratum, value,
    wilson_low(value, n) as low, wilson_high(value, n) as high, n
from figures
