-- Grain: a stratum of a governing scenario.
-- Each stratum gets its declared share of the released weight; strata without one share what is left in proportion to their
-- trust. Only training layers count. A factor is capped, so that a thin stratum does not shout, and lower where a noise check
-- failed on the stratum; what was achieved is said.
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
held as (
    select
        limits.scenario, checks.stratum,
        min(limits.cap) as cap,
        list_sort(list(distinct checks.noise)) as noises
    from noise.checks as checks
    join policy.limits as limits on limits.measure = checks.measure
    where not checks.passed and checks.stratum is not null and limits.cap is not null
    group by limits.scenario, checks.stratum
),
factors as (
    select
        targets.*, held.cap as held_at, held.noises,
        round(least(targets.cap, coalesce(targets.target / nullif(targets.actual, 0), 1)), 9) as free_factor
    from targets
    left join held on held.scenario = targets.scenario and held.stratum = targets.stratum
),
capped as (
    select *, case when held_at < free_factor then round(held_at, 9) else free_factor end as factor
    from factors
),
weights as (
    select *, cast(round(trust * factor) as bigint) as weight
    from capped
)
select
    scenario, stratum, records,
    trust / 1e9 as trust,
    declared, actual, factor,
    coalesce(weight / nullif(sum(weight) over (partition by scenario), 0), 0) as achieved,
    case when held_at < free_factor then noises else cast([] as varchar[]) end as capped_by
from weights
