-- Grain: a governing scenario and a task in which votes say under which policy they were given.
-- The same word can mean different things in two versions of a policy. How many pairs rest on several versions, and how many votes on
-- another version than most; what the policy allows stands beside it.
with spoken as (
    select votes.pair_id, any_value(votes.prompt_id) as prompt_id, given.policy, count(*) as votes
    from evidence.votes as votes
    join ledger.votes as given on given.vote_id = votes.vote_id
    where given.policy is not null
    group by votes.pair_id, given.policy
),
cited as (
    select spoken.pair_id, prompts.policy_scenario as scenario, prompts.task, spoken.policy, spoken.votes
    from spoken
    join evidence.prompts as prompts on prompts.prompt_id = spoken.prompt_id
),
versions as (
    select scenario, task, policy, sum(votes) as votes
    from cited
    group by scenario, task, policy
),
tasks as (
    select
        scenario, task, cast(sum(votes) as bigint) as votes, cast(sum(votes) - max(votes) as bigint) as others,
        list_sort(list(policy)) as policies
    from versions
    group by scenario, task
),
paired as (
    select scenario, task, pair_id, count(*) > 1 as mixed
    from cited
    group by scenario, task, pair_id
),
counted as (
    select scenario, task, count(*) as pairs, count(*) filter (where mixed) as mixed
    from paired
    group by scenario, task
)
select
    counted.scenario, counted.task, tasks.policies, counted.pairs, counted.mixed, tasks.votes, tasks.others,
    greatest(counted.mixed / counted.pairs, tasks.others / tasks.votes) as share,
    governing.mixing as most,
    governing.mixing_refused as refused
from counted
join tasks on tasks.scenario = counted.scenario and tasks.task = counted.task
join policy.scenarios as governing on governing.scenario = counted.scenario
