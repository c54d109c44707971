-- Grain: a stratum of a governing scenario.
-- Each stratum gets its declared share of the released weight; strata without one share what is left in proportion to their
-- trust. Only training layers count. A factor is capped, so that a thin stratum does not shout; what was achieved is said.
with trusted as (
    select
        records.policy_scenario as scenario, records.stratum,
        count(*) as records,
        sum(cast(round(records.trust * 1e9) as bigint)) as trust
    from weighting.records as records
    join layers.records as placed on placed.kind = records.kind and placed.record_id = records.record_id
    where placed.layer <> 'backflow'
    group by records.policy_scenario, records.stratum
),
shares as (
    select
        trusted.*, declared.share as declared, governing.cap,
        sum(trust) over (partition by trusted.scenario) as whole,
        sum(case when declared.share is null then trust else 0 end) over (partition by trusted.scenario) as free_trust,
        -- A share that no trust can fill is no claim: the others divide it.
        coalesce(sum(case when trust > 0 then cast(round(declared.share * 1e9) as bigint) end)
            over (partition by trusted.scenario), 0) / 1e9 as declared_share
    from trusted
    join policy.scenarios as governing on governing.scenario = trusted.scenario
    left join policy.strata as declared
        on declared.scenario = trusted.scenario and declared.stratum = trusted.stratum
),
targets as (
    select
        *,
        coalesce(trust / nullif(whole, 0), 0) as actual,
        case
            when declared is null then (1 - declared_share) * trust / nullif(free_trust, 0)
            when free_trust = 0 then declared / nullif(declared_share, 0)
            else declared
        end as target
    from shares
),
factors as (
    select *, round(least(cap, coalesce(target / nullif(actual, 0), 1)), 9) as factor
    from targets
),
weights as (
    select *, cast(round(trust * factor) as bigint) as weight
    from factors
)
select
    scenario, stratum, records,
    trust / 1e9 as trust,
    declared, actual, factor,
    coalesce(weight / nullif(sum(weight) over (partition by scenario), 0), 0) as achieved
from weights
