-- Grain: a pair that experts or a crowd judged offline, and of a side of which a user did something.
-- What users do is held against this: votes with the reliability that the general policy declares, in rounds that settle 98 in
-- 100, as independent witnesses, and never surer than that. Sums of log-odds are fixed point.
with touched as (
    select response_id from evidence.events where response_id is not null
    union
    select winner_id from evidence.event_votes
    union
    select loser_id from evidence.event_votes
),
said as (
    select
        pair_id(votes.left_id, votes.right_id) as pair_id, votes.prompt_id,
        case when votes.left_id < votes.right_id then votes.left_id else votes.right_id end as a,
        case when votes.left_id < votes.right_id then votes.right_id else votes.left_id end as b,
        case when (votes.choice = 'left') = (votes.left_id < votes.right_id) then 1 else -1 end as side,
        case
            when settling.round is not null then 0.98e0
            else least(0.98e0, greatest(0.5e0, coalesce(declared.reliability, 0.5e0)))
        end as reliability,
        2e0 / greatest(coalesce(votes.judgement_size, 2), 2) as share
    from ledger.votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    left join policy.strata as declared
        on declared.scenario = '*' and declared.stratum = votes.supervisor || '/' || votes.mode
    left join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = votes.round
        and settling.stratum = votes.supervisor || '/' || votes.mode
    where votes.supervisor in ('expert', 'crowd') and votes.mode = 'offline' and votes.dimension = 'overall'
        and votes.choice in ('left', 'right')
        and (votes.left_id in (select response_id from touched) or votes.right_id in (select response_id from touched))
),
summed as (
    select
        pair_id, any_value(prompt_id) as prompt_id, any_value(a) as a, any_value(b) as b,
        sum(cast(round(1e6 * side * share * ln(reliability / (1 - reliability))) as bigint)) / 1e6 as log_odds,
        count(*) as votes
    from said
    group by pair_id
)
select
    pair_id, prompt_id, a, b,
    round(least(0.98e0, greatest(0.02e0, sigmoid(log_odds))), 6) as p_a,
    votes
from summed
