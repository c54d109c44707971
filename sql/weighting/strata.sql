-- Grain: a stratum of a governing scenario.
-- Each stratum gets its declared share of the released weight, as far as the other margins, the cap and the limits let it; what was
-- achieved is said, and which noise checks hold it lower. Its factor is what its information is multiplied by
-- on average. Only training layers count.
with weighed as (
    select
        members.scenario, members.stratum,
        count(*) as records,
        sum(cast(round(members.trust * 1e9) as bigint)) as trust,
        sum(cast(round(members.information * 1e9) as bigint)) as information,
        sum(cast(round(weights.weight * 1e9) as bigint)) as weight,
        sum(cast(round(weights.factor * 1e9) as bigint)) as factors,
        max(factors.raked) as highest
    from weighting.members as members
    join weighting.weights as weights on weights.kind = members.kind and weights.record_id = members.record_id
    left join weighting.factors as factors on factors.cell = members.cell
    group by members.scenario, members.stratum
)
select
    weighed.scenario, weighed.stratum, weighed.records,
    weighed.trust / 1e9 as trust,
    declared.share as declared,
    coalesce(weighed.information / nullif(sum(weighed.information) over (partition by weighed.scenario), 0), 0) as actual,
    round(case
        when weighed.information > 0 then weighed.weight / weighed.information else weighed.factors / (1e9 * weighed.records)
    end, 9) as factor,
    coalesce(weighed.weight / nullif(sum(weighed.weight) over (partition by weighed.scenario), 0), 0) as achieved,
    case when weighed.highest >= holds.cap then holds.noises else cast([] as varchar[]) end as capped_by
from weighed
left join policy.strata as declared on declared.scenario = weighed.scenario and declared.stratum = weighed.stratum
left join noise.holds as holds on holds.scenario = weighed.scenario and holds.stratum = weighed.stratum
