-- Grain: a record and the layer that the rules put it into.
-- The rules are the policy's, tried in its order: the first that matches decides, and every record says which one it was.
with matched as (
    select records.kind, records.record_id, min(rules.rank) as rank
    from weighting.records as records
    join policy.rules as rules on rules.scenario = records.policy_scenario
    where
        (rules.kinds is null or list_contains(rules.kinds, records.kind))
        and (rules.risk_levels is null or list_contains(rules.risk_levels, records.risk_level))
        and (rules.decided is null or rules.decided = records.decided)
        and (rules.min_p is null or records.p >= rules.min_p)
        and (rules.min_trust is null or records.trust >= rules.min_trust)
        and (rules.max_trust is null or records.trust <= rules.max_trust)
        and (rules.min_votes is null or records.raters >= rules.min_votes)
        and (rules.min_disagreement is null or records.disagreement >= rules.min_disagreement)
        and (rules.max_disagreement is null or records.disagreement <= rules.max_disagreement)
        and (rules.max_flips is null or records.flips <= rules.max_flips)
        and (rules.settled is null or rules.settled = records.settled)
        and (rules.rationale is null or rules.rationale = records.has_rationale)
        and (rules.rule_clean is null or rules.rule_clean = records.rule_clean)
        and (rules.max_votes is null or records.raters <= rules.max_votes)
        -- Whatever a policy says: what no expert says is not golden.
        and (rules.layer is distinct from 'golden' or records.expert_confirmed)
        and (rules.strata is null
            or array_length(list_filter(records.strata, lambda s: not list_contains(rules.strata, s.stratum))) = 0)
        and (rules.any_strata is null
            or array_length(list_filter(records.strata, lambda s: list_contains(rules.any_strata, s.stratum))) > 0)
    group by records.kind, records.record_id
)
select
    records.record_id, records.kind, records.prompt_id,
    case when copies.record_id is null then rules.layer else 'backflow' end as layer,
    case when copies.record_id is null then rules.rule else 'contaminated' end as rule,
    case
        when copies.record_id is null then rules.reason
        else 'contaminated: a copy (' || copies.how || ') of the frozen set ' || copies.source
    end as reason,
    records.trust, records.stratum
from matched
join weighting.records as records on records.kind = matched.kind and records.record_id = matched.record_id
join policy.rules as rules on rules.scenario = records.policy_scenario and rules.rank = matched.rank
-- Before any rule: what training is measured by is never trained on.
left join layers.copies as copies on copies.kind = records.kind and copies.record_id = records.record_id
