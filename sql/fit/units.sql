-- Grain: a rater in a stratum on a dimension; before and after a change of its agreement it is two.
-- The unit has a behaviour of its own, held near that of its panel, a stratum on a dimension. Copies of one model are a family.
with families as (
    select rater_id, min(family) as family
    from ledger.raters
    group by rater_id
),
present as (
    select
        votes.rater_id, votes.dimension, votes.stratum,
        case when votes.decided_at > changes.changed_at then 1 else 0 end as segment,
        count(*) as votes,
        bool_or(votes.a_shown_first is not null) as ordered
    from evidence.votes as votes
    left join fit.changes as changes
        on changes.rater_id = votes.rater_id and changes.dimension = votes.dimension and changes.stratum = votes.stratum
    where not votes.settles and votes.superseded is distinct from true
    group by
        votes.rater_id, votes.dimension, votes.stratum,
        case when votes.decided_at > changes.changed_at then 1 else 0 end
)
select
    row_number() over (order by present.stratum, present.dimension, present.rater_id, present.segment) as unit,
    dense_rank() over (order by present.stratum, present.dimension) as panel,
    present.rater_id, present.dimension, present.stratum,
    cast(present.segment as bigint) as segment,
    coalesce(families.family, present.rater_id) as family,
    dense_rank() over (order by coalesce(families.family, present.rater_id)) as kin,
    present.stratum like 'judge/%' as model,
    present.votes,
    present.ordered,
    coalesce(declared.reliability, 0.5) as declared
from present
left join families on families.rater_id = present.rater_id
left join policy.strata as declared on declared.scenario = '*' and declared.stratum = present.stratum
