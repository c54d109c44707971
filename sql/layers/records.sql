-- Grain: a record and the layer it is in.
-- Where a quota of the policy is full, lots decide which records a version trains on: by prompt, from the policy's seed, so that the same
-- ones stay from version to version. Who is left out goes to backflow, which nothing trains on, and says so. Every quota counts for
-- itself, and all draw the same lots: what one keeps is what another keeps, as far as both have room.
with drawn as (
    select
        placed.kind, placed.record_id, quotas.quota, quotas.most,
        row_number() over (
            partition by
                quotas.scenario, quotas.quota,
                case when list_contains(quotas.per, 'task') then prompts.task end,
                case when list_contains(quotas.per, 'risk_level') then records.risk_level end,
                case when list_contains(quotas.per, 'stratum') then records.stratum end,
                case when list_contains(quotas.per, 'dimension') then records.dimension end
            order by
                md5(concat_ws('/', cast(governing.seed as varchar), 'quota', placed.prompt_id)), placed.prompt_id,
                placed.kind, placed.record_id
        ) as place
    from layers.placed as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    join policy.quotas as quotas
        on quotas.scenario = records.policy_scenario and list_contains(quotas.layers, placed.layer)
    join policy.scenarios as governing on governing.scenario = records.policy_scenario
    join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
),
left_out as (
    select kind, record_id, min(quota) as quota
    from drawn
    where place > most
    group by kind, record_id
)
select
    placed.record_id, placed.kind, placed.prompt_id,
    case when left_out.quota is null then placed.layer else 'backflow' end as layer,
    case when left_out.quota is null then placed.rule else 'quota ' || left_out.quota end as rule,
    case when left_out.quota is null then placed.reason else 'the quota ' || left_out.quota || ' is full' end as reason,
    placed.trust, placed.stratum
from layers.placed as placed
left join left_out on left_out.kind = placed.kind and left_out.record_id = placed.record_id
