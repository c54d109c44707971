-- Grain: a rated response and a dimension.
-- The score that is released, and all that is said of how sure it is. Every rater has one opinion, which counts by what it tells: the
-- square of how far above chance the policy declares its stratum to be, as weights have it. Four judges at 0.7 do not outvote an expert at
-- 0.95. Where none of those who spoke is declared better than chance, they count alike, and the score has no evidence.
with opinions as (
    select
        scores.*,
        cast(round(scores.score * 1e9) as bigint) as scaled,
        cast(round((2 * coalesce(strata.reliability, 0.5) - 1) * 1e9) as bigint) as weight
    from evidence.scores as scores
    join evidence.prompts as prompts on prompts.prompt_id = scores.prompt_id
    left join policy.strata as strata
        on strata.scenario = prompts.policy_scenario and strata.stratum = scores.stratum
),
heard as (
    select
        *,
        case when sum(tells) over (partition by response_id, dimension) > 0 then tells else 1 end as counts
    from (select *, cast(round(information_of(weight / 1e9) * 1e4) as bigint) as tells from opinions) as told
),
means as (
    select
        response_id, dimension,
        sum(counts) as whole,
        cast(round(
            cast(sum(cast(counts as decimal(10, 0)) * cast(scaled as decimal(14, 0))) as double) / sum(counts)
        ) as bigint) as mean
    from heard
    group by response_id, dimension
),
-- In half billionths: of two who count alike it is a whole number of those, which no engine rounds to a side of its own.
spreads as (
    select
        heard.response_id, heard.dimension,
        round(2 * sqrt(cast(sum(
            cast(heard.counts as decimal(10, 0))
            * cast((heard.scaled - means.mean) * (heard.scaled - means.mean) as decimal(19, 0))
        ) as double) / min(means.whole))) / 2e9 as spread
    from heard
    join means on means.response_id = heard.response_id and means.dimension = heard.dimension
    group by heard.response_id, heard.dimension
),
-- Whoever judges both as an annotator and online is one rater, and one person.
voices as (
    select
        response_id, dimension,
        count(distinct rater_id) as raters,
        count(distinct case
            when stratum like 'expert/%' or stratum like 'crowd/%' or stratum = 'user/offline' then rater_id
        end) as people
    from heard
    group by response_id, dimension
),
by_stratum as (
    select
        response_id, prompt_id, dimension, stratum,
        sum(weight) as weight, sum(ratings) as votes,
        case when stratum = 'expert/offline' then sum(scaled) / (count(*) * 1e9) end as experts_score,
        bool_or(has_rationale) as has_rationale,
        flatten(list(rating_ids)) as rating_ids
    from heard
    group by response_id, prompt_id, dimension, stratum
)
select
    by_stratum.response_id, by_stratum.dimension, by_stratum.prompt_id,
    list_sort(list({'stratum': by_stratum.stratum, 'votes': by_stratum.weight / 1e9})) as strata,
    cast(sum(by_stratum.votes) as bigint) as votes,
    min(voices.raters) as raters,
    min(voices.people) as people,
    sum(by_stratum.weight) / 1e9 as evidence,
    min(means.mean) / 1e9 as score,
    case when min(voices.raters) > 1 then min(spreads.spread) end as spread,
    max(by_stratum.experts_score) as experts_score,
    bool_or(by_stratum.has_rationale) as has_rationale,
    bool_or(by_stratum.has_rationale and by_stratum.stratum = 'expert/offline') as expert_rationale,
    list_sort(flatten(list(by_stratum.rating_ids))) as provenance
from by_stratum
join means on means.response_id = by_stratum.response_id and means.dimension = by_stratum.dimension
join spreads on spreads.response_id = by_stratum.response_id and spreads.dimension = by_stratum.dimension
join voices on voices.response_id = by_stratum.response_id and voices.dimension = by_stratum.dimension
group by by_stratum.response_id, by_stratum.dimension, by_stratum.prompt_id
