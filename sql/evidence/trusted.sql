-- Grain: a pair that experts or a crowd judged offline, and of a side of which a user did something.
-- What users do is held against this: people with the reliability that the general policy declares, in rounds that settle 98 in
-- 100, as independent witnesses, and never surer than that. A person is one witness of a pair, however often they spoke of it, and
-- who settled it says what they decided last. Who withdrew is no witness. Sums of log-odds are fixed point.
with touched as (
    select response_id from evidence.events where response_id is not null
    union
    select winner_id from evidence.event_votes
    union
    select loser_id from evidence.event_votes
),
-- Few votes are on what users did something with, so these are found first.
near as (
    select votes.*
    from ledger.votes as votes
    semi join touched on touched.response_id = votes.left_id
    union all
    select votes.*
    from ledger.votes as votes
    semi join touched on touched.response_id = votes.right_id
    anti join touched as found on found.response_id = votes.left_id
),
said as (
    select
        pair_id(votes.left_id, votes.right_id) as pair_id, votes.prompt_id, votes.rater_id, votes.decided_at,
        case when settling.round is not null then 1 else 0 end as settles,
        case when votes.left_id < votes.right_id then votes.left_id else votes.right_id end as a,
        case when votes.left_id < votes.right_id then votes.right_id else votes.left_id end as b,
        case when (votes.choice = 'left') = (votes.left_id < votes.right_id) then 1 else -1 end as side,
        case
            when settling.round is not null then 0.98e0
            else least(0.98e0, greatest(0.5e0, coalesce(declared.reliability, 0.5e0)))
        end as reliability,
        2e0 / greatest(coalesce(votes.judgement_size, 2), 2) as share
    from near as votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    anti join evidence.erased as unasked on unasked.kind = 'prompt' and unasked.id = votes.prompt_id
    anti join evidence.erased as one on one.kind = 'response' and one.id = votes.left_id
    anti join evidence.erased as other on other.kind = 'response' and other.id = votes.right_id
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    left join policy.strata as declared
        on declared.scenario = '*' and declared.stratum = votes.supervisor || '/' || votes.mode
    left join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = votes.round
        and settling.stratum = votes.supervisor || '/' || votes.mode
    where votes.supervisor in ('expert', 'crowd') and votes.mode = 'offline' and votes.dimension = 'overall'
        and votes.choice in ('left', 'right')
),
heard as (
    select
        *,
        max(settles) over (partition by pair_id, rater_id) as settled,
        max(case when settles = 1 then decided_at end) over (partition by pair_id, rater_id) as last_at
    from said
),
witnesses as (
    select
        pair_id, rater_id, any_value(prompt_id) as prompt_id, any_value(a) as a, any_value(b) as b,
        sum(cast(round(1e6 * side * share * ln(reliability / (1 - reliability))) as bigint)) / count(*) as log_odds,
        count(*) as votes
    from heard
    where settles = settled and (settled = 0 or coalesce(decided_at = last_at, last_at is null))
    group by pair_id, rater_id
),
summed as (
    select
        pair_id, any_value(prompt_id) as prompt_id, any_value(a) as a, any_value(b) as b,
        sum(cast(round(log_odds) as bigint)) / 1e6 as log_odds,
        cast(sum(votes) as bigint) as votes
    from witnesses
    group by pair_id
)
select
    pair_id, prompt_id, a, b,
    round(least(0.98e0, greatest(0.02e0, sigmoid(log_odds))), 6) as p_a,
    votes
from summed
