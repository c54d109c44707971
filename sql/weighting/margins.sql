-- Grain: a governing scenario, a margin and a value of it that a share is declared for.
-- What the policy wants the weight to be made of, and what it is made of. What is missing is said in a figure: shares contradict each
-- other, a cap or a limit stood in the way, or nobody sent such records.
with valued as (
    select
        members.scenario, members.information, weights.weight,
        members.stratum, members.task, members.risk_level, members.dimension
    from weighting.members as members
    join weighting.weights as weights on weights.kind = members.kind and weights.record_id = members.record_id
),
summed as (
    select
        scenario, stratum, task, risk_level, dimension,
        grouping(stratum) as no_stratum, grouping(task) as no_task, grouping(risk_level) as no_risk,
        grouping(dimension) as no_dimension,
        count(*) as records,
        sum(cast(round(information * 1e9) as bigint)) as information,
        sum(cast(round(weight * 1e9) as bigint)) as weight
    from valued
    group by grouping sets (
        (scenario), (scenario, stratum), (scenario, task), (scenario, risk_level), (scenario, dimension)
    )
),
whole as (
    select scenario, information, weight
    from summed
    where no_stratum = 1 and no_task = 1 and no_risk = 1 and no_dimension = 1
),
valued_sums as (
    select
        scenario,
        case when no_stratum = 0 then 'stratum' when no_task = 0 then 'task' when no_risk = 0 then 'risk_level' else 'dimension' end
            as margin,
        coalesce(stratum, task, risk_level, dimension) as value,
        records, information, weight
    from summed
    where no_stratum = 0 or no_task = 0 or no_risk = 0 or no_dimension = 0
)
select
    margins.scenario, margins.margin, margins.value,
    coalesce(sums.records, 0) as records,
    margins.share as declared,
    coalesce(sums.information / nullif(whole.information, 0), 0) as actual,
    coalesce(sums.weight / nullif(whole.weight, 0), 0) as achieved,
    round(margins.share - coalesce(sums.weight / nullif(whole.weight, 0), 0), 9) as shortfall
from policy.margins as margins
join whole on whole.scenario = margins.scenario
left join valued_sums as sums
    on sums.scenario = margins.scenario and sums.margin = margins.margin and sums.value = margins.value
