-- Grain: a record and the layer that the rules put it into.
-- The rules are the policy's, tried in its order: the first that matches decides, and every record says which one it was.
-- Whether a rule matches is a value and no condition: of twenty conditions an engine expects next to no record to be left, and plans so.
with tried as (
    select
        records.kind, records.record_id,
        case when
            -- Whatever a policy says: what no expert says is not golden, and is no benchmark.
            (records.expert_confirmed or coalesce(rules.layer, '') not in ('golden', 'expert'))
            and (rules.decided is null or rules.decided = records.decided)
            and (rules.min_disagreement is null or records.disagreement >= rules.min_disagreement)
            and (rules.max_disagreement is null or records.disagreement <= rules.max_disagreement)
            and (rules.min_p is null or records.p >= rules.min_p)
            and (rules.min_trust is null or records.trust >= rules.min_trust)
            and (rules.max_trust is null or records.trust <= rules.max_trust)
            and (rules.min_votes is null or records.raters >= rules.min_votes)
            and (rules.max_votes is null or records.raters <= rules.max_votes)
            and (rules.min_people is null or records.people >= rules.min_people)
            and (rules.max_flips is null or records.flips <= rules.max_flips)
            and (rules.settled is null or rules.settled = records.settled)
            and (rules.rationale is null or rules.rationale = records.has_rationale)
            and (rules.rule_clean is null or rules.rule_clean = records.rule_clean)
            and (rules.experts_agree is null or rules.experts_agree = records.expert_confirmed)
            and (rules.expert_rationale is null or rules.expert_rationale = records.expert_rationale)
            and (rules.kinds is null or list_contains(rules.kinds, records.kind))
            and (rules.risk_levels is null or list_contains(rules.risk_levels, records.risk_level))
            and (rules.strata is null
                or array_length(list_filter(records.strata, lambda s: not list_contains(rules.strata, s.stratum))) = 0)
            and (rules.any_strata is null
                or array_length(list_filter(records.strata, lambda s: list_contains(rules.any_strata, s.stratum))) > 0)
            then rules.rank
        end as rank
    from weighting.records as records
    join policy.rules as rules on rules.scenario = records.policy_scenario
),
matched as (
    select kind, record_id, min(rank) as rank
    from tried
    where rank is not null
    group by kind, record_id
),
-- Before any rule: what training is measured by is never trained on.
copied as (
    select
        kind, record_id, 1 as grave, 'contaminated' as rule,
        'contaminated: a copy (' || how || ') of the frozen set ' || source as reason
    from layers.copies
),
-- Who wins a pair, a dimension decides that the policy has put in its place, or nobody.
undefined as (
    select
        records.kind, records.record_id, 2 as grave, 'undefined' as rule,
        'undefined: judged only by what the policy names no dimension for' as reason
    from weighting.records as records
    anti join policy.dimensions as dimensions
        on dimensions.scenario = records.policy_scenario and dimensions.dimension = records.dimension
    where records.kind = 'pairs' and records.dimension not in ('overall', 'process')
),
-- What nobody can see a difference in teaches none.
alike as (
    select
        'pairs' as kind, pairs.pair_id as record_id, 3 as grave, 'alike' as rule,
        'alike: its sides differ only in what the policy hides' as reason
    from evidence.pairs as pairs
    join privacy.masked as one on one.text = 'response' and one.id = pairs.a
    join privacy.masked as other on other.text = 'response' and other.id = pairs.b
    where one.content = other.content
),
-- A dispute is settled by those who may, and never by a majority of them; until then no dimension behind it stands in.
contested as (
    select
        records.kind, records.record_id, 4 as grave, 'contested' as rule,
        'contested: those who settle it contradict each other' as reason
    from noise.settlements as settlements
    join weighting.records as records on records.kind = 'pairs' and records.record_id = settlements.pair_id
    left join policy.dimensions as own
        on own.scenario = records.policy_scenario and own.dimension = records.dimension
    left join policy.priorities as own_here
        on own_here.scenario = records.policy_scenario and own_here.dimension = records.dimension
        and own_here.risk_level = records.risk_level
    left join policy.dimensions as held
        on held.scenario = records.policy_scenario and held.dimension = settlements.dimension
    left join policy.priorities as held_here
        on held_here.scenario = records.policy_scenario and held_here.dimension = settlements.dimension
        and held_here.risk_level = records.risk_level
    where not settlements.settled
        and (
            settlements.dimension = records.dimension
            or (
                records.dimension <> 'overall'
                and coalesce(held_here.priority, held.priority) < coalesce(own_here.priority, own.priority)
            )
        )
),
-- Few records are held back whatever the rules say; the gravest reason is told.
held_back as (
    select kind, record_id, arg_min(rule, grave) as rule, arg_min(reason, grave) as reason
    from (
        select * from copied
        union all
        select * from undefined
        union all
        select * from alike
        union all
        select * from contested
    ) as reasons
    group by kind, record_id
)
select
    records.record_id, records.kind, records.prompt_id,
    case when held_back.rule is not null or undescribed.prompt_id is not null then 'backflow' else rules.layer end as layer,
    case
        when held_back.rule is not null then held_back.rule
        when undescribed.prompt_id is not null then 'undescribed'
        else rules.rule
    end as rule,
    case
        when held_back.rule is not null then held_back.reason
        when undescribed.prompt_id is not null then 'undescribed: at high risk the prompt needs a task and a scenario; unknown and general are none'
        else rules.reason
    end as reason,
    records.trust, records.stratum
from matched
join weighting.records as records on records.kind = matched.kind and records.record_id = matched.record_id
join policy.rules as rules on rules.scenario = records.policy_scenario and rules.rank = matched.rank
left join held_back on held_back.kind = records.kind and held_back.record_id = records.record_id
-- At high risk nobody may have to guess what the anchor or the benchmark is about.
left join (
    select prompt_id
    from evidence.prompts
    where risk_level = 'high' and (task = 'unknown' or scenario = 'general')
) as undescribed on undescribed.prompt_id = records.prompt_id and rules.layer in ('golden', 'expert')
