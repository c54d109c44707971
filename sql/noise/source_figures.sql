-- Grain: a measure of how sources are told apart and a slice.
-- A signal weighs by who gave it. A rater without a name has that of its source; a source under two supervisors, or with models
-- among its people, pools signals of different weight. A name under two supervisors, in a source each, may be one person or
-- two: that is only told, for they are apart already.
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
    having min(supervisor) < max(supervisor)
),
counted as (
    select
        named.source, named.stratum, named.supervisor,
        cast(sum(named.votes) as bigint) as n,
        sum(case when named.name = named.source then named.votes else 0 end) as nameless,
        sum(case when shared.name is not null then named.votes else 0 end) as shared,
        sum(case
            when coalesce(families.is_model, false) and named.supervisor not in ('judge', 'rule') then named.votes else 0
        end) as models
    from named
    left join shared on shared.name = named.name
    left join families on families.rater_id = named.rater_id
    group by named.source, named.stratum, named.supervisor
),
beside as (
    select
        *,
        cast(sum(n) over (partition by source) as bigint) as of_source,
        sum(n) over (partition by source) - sum(n) over (partition by source, supervisor) as of_others,
        count(*) over (partition by source) as strata
    from counted
),
measures as (
    select unnest(['nameless', 'pooled', 'shared_names']) as measure
),
figures as (
    select
        measures.measure, beside.source, beside.stratum, beside.strata,
        case measures.measure when 'pooled' then of_source else n end as n,
        case measures.measure
            when 'nameless' then nameless / n when 'pooled' then (of_others + models) / of_source else shared / n
        end as value
    from beside
    cross join measures
    -- A judge or a rule without a name is still one judge or rule.
    where not (measures.measure = 'nameless' and beside.supervisor in ('judge', 'rule'))
)
select
    measure, '*' as scenario, 'source' as slice,
    case when strata > 1 then concat(source, ' as ', stratum) else source end as name,
    stratum, value,
    wilson_low(value, n) as low, wilson_high(value, n) as high, n
from figures
