-- Grain: a queue, a pair and a dimension that a failed noise check sends to people.
-- A check that fails and changes nothing is a lamp. Where raters contradict each other, the pairs of the slice they do it on are
-- asked again (what is disputed is in arbitration); where a style predicts a stratum, the pairs on which it spoke against the style,
-- for who confirms them has counter-examples; where a rule is wrong, the pairs on which people say the opposite are reviewed.
with failed as (
    select * from noise.checks where not passed
),
contested as (
    select
        preferences.pair_id, preferences.dimension, preferences.disagreement, preferences.strata,
        pairs.prompt_id, prompts.task, prompts.scenario, prompts.policy_scenario
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    where preferences.votes > 1 and preferences.disagreement > 0 and preferences.disagreement < governing.arbitration
        and (select count(*) from failed where noise = 'N1') > 0
),
sliced as (
    select *, 'task' as slice, task as name from contested
    union all
    select *, 'scenario', scenario from contested
    union all
    select *, 'dimension', dimension from contested
    union all
    select
        pair_id, dimension, disagreement, strata, prompt_id, task, scenario, policy_scenario, 'stratum', said.stratum
    from (select *, unnest(strata) as said from contested) as spoken
),
asked_again as (
    select sliced.pair_id, sliced.prompt_id, sliced.dimension, sliced.policy_scenario, max(sliced.disagreement) as disagreement
    from sliced
    join failed on failed.noise = 'N1' and failed.slice = sliced.slice and failed.name = sliced.name
    group by sliced.pair_id, sliced.prompt_id, sliced.dimension, sliced.policy_scenario
),
styled as (
    select
        panels.pair_id, panels.prompt_id, panels.dimension, panels.stratum,
        sign(panels.a - panels.b) as won,
        sign(pairs.features_a.characters - pairs.features_b.characters) as longer_wins,
        sign(pairs.features_a.markdown - pairs.features_b.markdown) as markdown_wins,
        sign(cast(pairs.features_b.hedged as integer) - cast(pairs.features_a.hedged as integer)) as confident_wins,
        sign(panels.a_first - panels.b_first) as first_wins
    from noise.panels as panels
    join evidence.pairs as pairs on pairs.pair_id = panels.pair_id
    where panels.unit = 'pair' and panels.a <> panels.b
        and panels.stratum in (select stratum from failed where noise = 'N2')
),
against as (
    select
        styled.pair_id, styled.prompt_id, styled.dimension, min(styled.stratum) as stratum,
        min(failed.measure) as measure
    from styled
    join failed on failed.noise = 'N2' and failed.stratum = styled.stratum
    where styled.won * case failed.measure when 'longer_wins' then longer_wins when 'markdown_wins' then markdown_wins
        when 'confident_wins' then confident_wins else first_wins end = case when failed.value > 0.5e0 then -1 else 1 end
    group by styled.pair_id, styled.prompt_id, styled.dimension
),
lots as (
    select
        against.*, prompts.policy_scenario,
        md5(concat_ws('/', cast(governing.seed as varchar), 'counterexample', against.pair_id, against.dimension)) as lot
    from against
    join evidence.prompts as prompts on prompts.prompt_id = against.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
),
mistaken as (
    select
        verdicts.pair_id, verdicts.prompt_id, verdicts.dimension, min(verdicts.rater_id) as rule, prompts.policy_scenario,
        max(greatest(preferences.p_a, preferences.p_b)) as p
    from noise.rule_verdicts as verdicts
    join failed on failed.noise = 'N6' and failed.name = verdicts.rater_id
    join evidence.prompts as prompts on prompts.prompt_id = verdicts.prompt_id
    join noise.preferences as preferences
        on preferences.pair_id = verdicts.pair_id and preferences.dimension = verdicts.dimension
    where verdicts.rule <> verdicts.people
    group by verdicts.pair_id, verdicts.prompt_id, verdicts.dimension, prompts.policy_scenario
),
every as (
    select
        'reannotation' as queue, 'contested' as kind, pair_id, prompt_id, dimension, policy_scenario,
        cast(null as varchar) as who,
        row_number() over (partition by policy_scenario order by round(disagreement, 9) desc, pair_id, dimension) as place
    from asked_again
    union all
    select
        'reannotation', 'counterexample', pair_id, prompt_id, dimension, policy_scenario, stratum,
        row_number() over (partition by policy_scenario order by lot)
    from lots
    union all
    select
        'review', 'rule', pair_id, prompt_id, dimension, policy_scenario, rule,
        row_number() over (partition by policy_scenario order by round(p, 9) desc, pair_id, dimension)
    from mistaken
)
select
    every.queue, every.pair_id, every.prompt_id, every.dimension, every.kind,
    1 - (every.place - 1) / queues.size as priority,
    case every.kind
        when 'contested' then 'raters contradict each other where they often do'
        when 'counterexample' then concat(every.who, ' spoke against the style it mostly follows')
        else concat(every.who, ' contradicts people, as it often does')
    end as reason
from every
join policy.queues as queues on queues.scenario = every.policy_scenario and queues.queue = 'reannotation'
where every.place <= queues.size
