-- Grain: a pair and a dimension.
-- The first estimate: a vote adds (2 × reliability − 1) × share to its outcome, over a symmetric Dirichlet prior, and the
-- posterior mean is the preference (fractional counts; Gelman et al., Bayesian Data Analysis, 3.4). Sums are fixed point.
with counted as (
    select
        votes.pair_id, votes.dimension, votes.stratum, votes.choice, votes.both_bad, votes.has_rationale, votes.rater_id,
        votes.a_shown_first, prompts.policy_scenario,
        cast(round((2 * coalesce(strata.reliability, 0.5) - 1) * votes.share * 1e9) as bigint) as weight
    from evidence.votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    left join policy.strata as strata
        on strata.scenario = prompts.policy_scenario and strata.stratum = votes.stratum
),
flipped as (
    select pair_id, dimension, count(*) as flips
    from (
        select pair_id, dimension, rater_id
        from counted
        where a_shown_first is not null and choice <> 'tie'
        group by pair_id, dimension, rater_id
        having min(case when choice = 'a' then 1 else 0 end) < max(case when choice = 'a' then 1 else 0 end)
            and min(case when a_shown_first then 1 else 0 end) < max(case when a_shown_first then 1 else 0 end)
    ) as changed_sides
    group by pair_id, dimension
),
per_stratum as (
    select
        pair_id, dimension, stratum,
        any_value(policy_scenario) as policy_scenario,
        coalesce(sum(weight) filter (where choice = 'a'), 0) as w_a,
        coalesce(sum(weight) filter (where choice = 'tie'), 0) as w_tie,
        coalesce(sum(weight) filter (where choice = 'b'), 0) as w_b,
        count(*) as votes,
        count(*) filter (where both_bad) as both_bad,
        bool_or(has_rationale) as has_rationale
    from counted
    group by pair_id, dimension, stratum
),
summed as (
    select
        pair_id, dimension,
        any_value(policy_scenario) as policy_scenario,
        sum(w_a) / 1e9 as w_a, sum(w_tie) / 1e9 as w_tie, sum(w_b) / 1e9 as w_b,
        cast(sum(votes) as bigint) as votes,
        cast(sum(both_bad) as bigint) as both_bad,
        bool_or(has_rationale) as has_rationale,
        list_sort(list({'stratum': stratum, 'votes': (w_a + w_tie + w_b) / 1e9})) as strata
    from per_stratum
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
