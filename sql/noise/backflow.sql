-- Grain: a pair that users judged, drawn for annotators.
-- Where asking a person is most likely to change the label: what the estimate is least sure of, where users contradict judges or
-- rules, where a task drifts or is new, and high risk. A pair that people judged is not asked again. Tasks take turns, the most
-- urgent of each first, so that no frequent task takes all the places.
with settings as (
    select scenarios.scenario, online.backflow
    from policy.scenarios as scenarios
    join policy.online as online on online.scenario = scenarios.scenario
),
touched as (
    select distinct pair_id from evidence.votes where derived_from = 'event' and dimension = 'overall'
),
votes as (
    select
        votes.pair_id,
        bool_or(stratum like 'expert/%' or stratum like 'crowd/%') as asked,
        sum(case when derived_from <> 'event' then 0 when choice = 'a' then 1 when choice = 'b' then -1 else 0 end) as users,
        sum(case when stratum like 'judge/%' or stratum like 'rule/%'
            then case choice when 'a' then 1 when 'b' then -1 else 0 end else 0 end) as others
    from evidence.votes as votes
    semi join touched on touched.pair_id = votes.pair_id
    where votes.dimension = 'overall'
    group by votes.pair_id
),
candidates as (
    select
        preferences.pair_id, pairs.prompt_id, prompts.policy_scenario, prompts.task,
        1 - greatest(p_a, p_b) as doubt,
        votes.users * votes.others < 0 as conflicting,
        coalesce(trends.state, 'unknown') as state,
        prompts.risk_level = 'high' as risky
    from noise.preferences as preferences
    join votes on votes.pair_id = preferences.pair_id and not votes.asked
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    left join noise.trends as trends on trends.task = prompts.task
    where preferences.dimension = 'overall'
),
-- What adds to the doubt is half a doubt: enough to go before a toss-up without a reason, and no more.
weighed as (
    select
        *,
        doubt + case when conflicting or risky or state in ('drifting', 'new') then 0.25e0 else 0e0 end as urgency,
        case
            when risky then 'risky' when conflicting then 'conflicting'
            when state = 'new' then 'new_task' when state = 'drifting' then 'drifting' else 'uncertain'
        end as kind
    from candidates
),
turns as (
    select *, row_number() over (partition by policy_scenario, task order by urgency desc, pair_id) as turn
    from weighed
),
placed as (
    select *, row_number() over (partition by policy_scenario order by turn, urgency desc, pair_id) as place
    from turns
)
select
    placed.pair_id, placed.prompt_id, 'overall' as dimension, placed.kind,
    round(least(1e0, placed.urgency), 9) as priority
from placed
join settings on settings.scenario = placed.policy_scenario
where placed.place <= settings.backflow
