-- Grain: a step of a trace that somebody rewarded.
-- As a score: one opinion a rater, counted by what the declared reliability of its stratum lets it tell; alike, where none is declared better than chance.
with opinions as (
    select
        steps.trace_id, steps.prompt_id, steps."index", steps.rater_id, steps.supervisor || '/' || steps.mode as stratum,
        cast(round(cast(sum(cast(round(steps.reward * 1e9) as bigint)) as double) / count(*)) as bigint) as scaled
    from ledger.steps as steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    anti join evidence.erased as erased on erased.kind = 'trace' and erased.id = steps.trace_id
    where steps.reward is not null
    group by steps.trace_id, steps.prompt_id, steps."index", steps.rater_id, steps.supervisor || '/' || steps.mode
),
weighed as (
    select
        opinions.*, cast(round(information_of(2 * coalesce(strata.reliability, 0.5) - 1) * 1e4) as bigint) as weight
    from opinions
    join evidence.prompts as prompts on prompts.prompt_id = opinions.prompt_id
    left join policy.strata as strata
        on strata.scenario = prompts.policy_scenario and strata.stratum = opinions.stratum
),
heard as (
    select *, case when sum(weight) over (partition by trace_id, "index") > 0 then weight else 1 end as counts
    from weighed
),
means as (
    select
        trace_id, "index",
        count(distinct rater_id) as raters,
        sum(counts) as whole,
        cast(round(
            cast(sum(cast(counts as decimal(10, 0)) * cast(scaled as decimal(14, 0))) as double) / sum(counts)
        ) as bigint) as mean,
        sum(case when stratum = 'expert/offline' then scaled end)
            / (count(case when stratum = 'expert/offline' then scaled end) * 1e9) as experts_reward
    from heard
    group by trace_id, "index"
)
-- The spread is in half billionths: of two who count alike it is a whole number of those, which no engine rounds to a side of its own.
select
    means.trace_id, means."index", means.raters,
    means.mean / 1e9 as reward,
    case
        when means.raters > 1 then round(2 * sqrt(cast(sum(
            cast(heard.counts as decimal(10, 0))
            * cast((heard.scaled - means.mean) * (heard.scaled - means.mean) as decimal(19, 0))
        ) as double) / means.whole)) / 2e9
    end as spread,
    means.experts_reward
from means
join heard on heard.trace_id = means.trace_id and heard."index" = means."index"
group by means.trace_id, means."index", means.raters, means.whole, means.mean, means.experts_reward
