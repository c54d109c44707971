-- Grain: a pair and a dimension that people must settle.
-- Its raters contradict each other, or those who settled it do; averaging that away would teach the model noise. Disputes are
-- ranked by the released weight that settling them is expected to move. A label's weight lies on its leading outcome; w is
-- what it weighs now (0 in backflow), s what it would weigh if settled, p the probability of the leading outcome. When
-- settling confirms the lead, |s - w| moves; when it overturns it, w is taken away there and s put elsewhere. So
--     change = p × |s - w| + (1 - p) × (s + w)
-- with w = trust × the factor of the record's stratum, and s = the trust of one settling vote × the factor of who may settle.
with settlers as (
    select settling.scenario, max(coalesce(strata.factor, 1)) as factor
    from policy.settling as settling
    left join weighting.strata as strata on strata.scenario = settling.scenario and strata.stratum = settling.stratum
    group by settling.scenario
),
disputed as (
    select
        preferences.pair_id, preferences.dimension, pairs.prompt_id, prompts.policy_scenario,
        settlements.pair_id is not null as contradicted,
        greatest(p_a, p_tie, p_b) as p,
        trust_of(preferences.evidence, preferences.disagreement) as trust
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    left join noise.settlements as settlements
        on settlements.pair_id = preferences.pair_id and settlements.dimension = preferences.dimension
    where (settlements.pair_id is null and preferences.votes > 1 and preferences.disagreement >= governing.arbitration)
        or not settlements.settled
),
weighed as (
    select
        disputed.*,
        case when placed.layer = 'backflow' then 0e0 else disputed.trust * coalesce(strata.factor, 1) end as weight,
        trust_of(2 * 0.98e0 - 1, 0e0) * coalesce(settlers.factor, 1) as weight_settled
    from disputed
    join layers.records as placed on placed.kind = 'pairs' and placed.record_id = disputed.pair_id
    left join weighting.strata as strata
        on strata.scenario = disputed.policy_scenario and strata.stratum = placed.stratum
    left join settlers on settlers.scenario = disputed.policy_scenario
)
select
    pair_id, dimension, prompt_id, contradicted, weight, weight_settled,
    round(p * abs(weight_settled - weight) + (1 - p) * (weight_settled + weight), 9) as change
from weighed
