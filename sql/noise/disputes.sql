-- Grain: a pair and a dimension that people must settle.
-- Its raters contradict each other, or those who settled it do; at high risk a rule contradicts people; everybody else outweighs the
-- experts who judged it; or votes of a stratum under two versions of a policy or rubric contradict each other. Averaging that away
-- would teach the model noise. Disputes are ranked by the released weight that settling them is expected to move. A label's weight
-- lies on its leading outcome; w is what it weighs now (0 in backflow), s what it would weigh if settled, p the probability of the
-- leading outcome. When settling confirms the lead, |s - w| moves; when it overturns it, w is taken away there and s put elsewhere. So
--     change = p × |s - w| + (1 - p) × (s + w)
-- with w = trust² × the factor of the record's stratum, and s = the same of one settling vote and of who may settle.
with settlers as (
    select settling.scenario, max(coalesce(strata.factor, 1)) as factor
    from policy.settling as settling
    left join weighting.strata as strata on strata.scenario = settling.scenario and strata.stratum = settling.stratum
    group by settling.scenario
),
-- What one stratum said under one version of a policy or of a rubric. Where two versions of one name (`name@version`) decide
-- otherwise, which one holds is a question for those who wrote them; two names are two things, and never contradict each other.
-- A version decides by two votes: one alone is what raters are among themselves.
cited as (
    select vote_id, 'policy' as kind, policy as cited
    from ledger.votes
    where policy is not null
    union all
    select vote_id, 'rubric', rubric
    from ledger.votes
    where rubric is not null
),
-- A name of which there is one version contradicts nothing.
several as (
    select kind, cited, name
    from (
        select *, count(*) over (partition by kind, name) as versions
        from (
            select kind, cited, regexp_replace(cited, '@[^@]+$', '') as name
            from (select distinct kind, cited from cited) as spelled
        ) as named
    ) as counted
    where versions > 1 and regexp_matches(cited, '[^@]@[^@]+$')
),
versions as (
    select
        votes.pair_id, votes.dimension, votes.stratum, several.kind, several.name,
        sum(case votes.choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from several
    join cited on cited.kind = several.kind and cited.cited = several.cited
    join evidence.votes as votes on votes.vote_id = cited.vote_id
    where not votes.settles
    group by votes.pair_id, votes.dimension, votes.stratum, several.kind, several.name, several.cited
),
bounds as (
    select distinct pair_id, dimension
    from (
        select pair_id, dimension, stratum
        from versions
        group by pair_id, dimension, stratum, kind, name
        having min(lead) <= -2 and max(lead) >= 2
    ) as across
),
ruled as (
    select distinct verdicts.pair_id, verdicts.dimension
    from noise.rule_verdicts as verdicts
    join evidence.prompts as prompts on prompts.prompt_id = verdicts.prompt_id
    where prompts.risk_level = 'high' and verdicts.rule <> verdicts.people
),
experts_said as (
    select
        pair_id, dimension, bool_or(choice = 'a') as for_a, bool_or(choice = 'tie') as for_tie, bool_or(choice = 'b') as for_b
    from evidence.votes
    where stratum = 'expert/offline'
    group by pair_id, dimension
),
overruled as (
    select preferences.pair_id, preferences.dimension
    from experts_said
    join noise.preferences as preferences
        on preferences.pair_id = experts_said.pair_id and preferences.dimension = experts_said.dimension
    where not case when p_a > p_b and p_a >= p_tie then for_a when p_b > p_a and p_b >= p_tie then for_b else for_tie end
),
disputed as (
    select
        preferences.pair_id, preferences.dimension, pairs.prompt_id, prompts.policy_scenario,
        case
            when settlements.pair_id is not null then 'contradicted'
            when ruled.pair_id is not null then 'rule'
            when overruled.pair_id is not null then 'expert'
            when bounds.pair_id is not null then 'version'
            else 'dispute'
        end as kind,
        greatest(p_a, p_tie, p_b) as p,
        trust_of(preferences.evidence, preferences.disagreement) as trust
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    left join noise.settlements as settlements
        on settlements.pair_id = preferences.pair_id and settlements.dimension = preferences.dimension
    left join ruled on ruled.pair_id = preferences.pair_id and ruled.dimension = preferences.dimension
    left join overruled on overruled.pair_id = preferences.pair_id and overruled.dimension = preferences.dimension
    left join bounds on bounds.pair_id = preferences.pair_id and bounds.dimension = preferences.dimension
    where not settlements.settled
        or (
            settlements.pair_id is null
            and (
                (preferences.votes > 1 and preferences.disagreement > 0 and preferences.disagreement >= governing.arbitration)
                or ruled.pair_id is not null
                or overruled.pair_id is not null
                or bounds.pair_id is not null
            )
        )
),
weighed as (
    select
        disputed.*,
        case when placed.layer = 'backflow' then 0e0 else information_of(disputed.trust) * coalesce(strata.factor, 1) end as weight,
        information_of(trust_of(2 * 0.98e0 - 1, 0e0)) * coalesce(settlers.factor, 1) as weight_settled
    from disputed
    join layers.records as placed on placed.kind = 'pairs' and placed.record_id = disputed.pair_id
    left join weighting.strata as strata
        on strata.scenario = disputed.policy_scenario and strata.stratum = placed.stratum
    left join settlers on settlers.scenario = disputed.policy_scenario
)
select
    pair_id, dimension, prompt_id, kind, weight, weight_settled,
    round(p * abs(weight_settled - weight) + (1 - p) * (weight_settled + weight), 9) as change
from weighed
