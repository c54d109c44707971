-- Grain: a pair and a dimension.
-- The first estimate: a vote adds (2 × reliability − 1) × share to its outcome, over a symmetric Dirichlet prior, and the
-- posterior mean is the preference (fractional counts; Gelman et al., Bayesian Data Analysis, 3.4). Sums are fixed point.
-- Where a vote settles, only those that do count.
with counting as (
    select votes.*
    from evidence.votes as votes
    left join noise.settlements as settlements
        on settlements.pair_id = votes.pair_id and settlements.dimension = votes.dimension
    where votes.settles or settlements.pair_id is null
),
counted as (
    select
        pair_id, dimension, stratum,
        bool_or(settles) as settles,
        any_value(prompt_id) as prompt_id,
        sum(case when choice = 'a' then cast(round(share * 1e9) as bigint) else 0 end) as a,
        sum(case when choice = 'tie' then cast(round(share * 1e9) as bigint) else 0 end) as tie,
        sum(case when choice = 'b' then cast(round(share * 1e9) as bigint) else 0 end) as b,
        count(*) as votes,
        count(*) filter (where both_bad) as both_bad,
        count(*) filter (where has_rationale) as reasons,
        bool_or(a_shown_first) as some_first,
        bool_and(a_shown_first) as all_first
    from counting
    group by pair_id, dimension, stratum
),
relied_on as (
    select
        counted.*, prompts.policy_scenario,
        case when settles then 0.98e0 else coalesce(strata.reliability, 0.5) end as reliability
    from counted
    join evidence.prompts as prompts on prompts.prompt_id = counted.prompt_id
    left join policy.strata as strata
        on strata.scenario = prompts.policy_scenario and strata.stratum = counted.stratum
),
weighted as (
    select
        *,
        cast(round(a * (2 * reliability - 1)) as bigint) as w_a,
        cast(round(tie * (2 * reliability - 1)) as bigint) as w_tie,
        cast(round(b * (2 * reliability - 1)) as bigint) as w_b
    from relied_on
),
summed as (
    select
        pair_id, dimension,
        any_value(policy_scenario) as policy_scenario,
        sum(w_a) / 1e9 as w_a, sum(w_tie) / 1e9 as w_tie, sum(w_b) / 1e9 as w_b,
        cast(sum(votes) as bigint) as votes,
        cast(sum(both_bad) as bigint) as both_bad,
        sum(reasons) > 0 as has_rationale,
        sum(a) > 0 and sum(b) > 0 and bool_or(some_first) and not bool_and(all_first) as contested,
        list_sort(list({'stratum': stratum, 'votes': (w_a + w_tie + w_b) / 1e9})) as strata
    from weighted
    group by pair_id, dimension
),
-- Only where both sides were chosen and both display orders shown can a rater have changed sides with the order.
flipped as (
    select pair_id, dimension, count(*) as flips
    from (
        select votes.pair_id, votes.dimension, votes.rater_id
        from evidence.votes as votes
        join summed on summed.pair_id = votes.pair_id and summed.dimension = votes.dimension and summed.contested
        where votes.a_shown_first is not null and votes.choice <> 'tie'
        group by votes.pair_id, votes.dimension, votes.rater_id
        having min(votes.choice) < max(votes.choice) and bool_or(votes.a_shown_first) and not bool_and(votes.a_shown_first)
    ) as changed_sides
    group by pair_id, dimension
)
select
    summed.pair_id,
    summed.dimension,
    (prior + w_a) / (3 * prior + w_a + w_tie + w_b) as p_a,
    (prior + w_tie) / (3 * prior + w_a + w_tie + w_b) as p_tie,
    (prior + w_b) / (3 * prior + w_a + w_tie + w_b) as p_b,
    summed.votes,
    w_a + w_tie + w_b as evidence,
    list_transform(strata, lambda s: {
        'stratum': s.stratum,
        'votes': coalesce(s.votes / nullif(w_a + w_tie + w_b, 0), 0)
    }) as strata,
    coalesce(flipped.flips, 0) as flips,
    coalesce(1 - greatest(w_a, w_tie, w_b) / nullif(w_a + w_tie + w_b, 0), 0) as disagreement,
    summed.both_bad,
    summed.has_rationale,
    $calibration_id as calibration_id
from summed
join policy.scenarios as governing on governing.scenario = summed.policy_scenario
left join flipped on flipped.pair_id = summed.pair_id and flipped.dimension = summed.dimension
