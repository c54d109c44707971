-- Grain: a record that could be released.
-- One list of facts for every kind of record, so that layer rules are written once. Trust is the share of evidence in
-- evidence plus one vote, times the share that agrees; a pair is decided by its overall verdict or, without one, by the first
-- dimension of the policy that decides.
with strata_of_prompt as (
    select prompt_id, policy_scenario, risk_level, governing.tie_margin, governing.prior
    from evidence.prompts
    join policy.scenarios as governing on governing.scenario = policy_scenario
),
ranked_dimensions as (
    select
        preferences.*, pairs.prompt_id, facts.policy_scenario, facts.risk_level, facts.tie_margin,
        row_number() over (
            partition by preferences.pair_id
            order by
                case when preferences.dimension = 'overall' then 0
                    when abs(p_a - p_b) >= facts.tie_margin then 1 else 2 end,
                coalesce(dimensions.priority, 1000000), preferences.dimension
        ) as place
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join strata_of_prompt as facts on facts.prompt_id = pairs.prompt_id
    left join policy.dimensions as dimensions
        on dimensions.scenario = facts.policy_scenario and dimensions.dimension = preferences.dimension
),
pairs as (
    select
        pair_id as record_id, 'pairs' as kind, prompt_id, policy_scenario, risk_level, dimension, strata, votes,
        greatest(p_a, p_tie, p_b) as p,
        abs(p_a - p_b) >= tie_margin and greatest(p_a, p_b) > p_tie as decided,
        flips, disagreement, has_rationale,
        evidence / (evidence + 1) * (1 - disagreement) as trust
    from ranked_dimensions
    where place = 1
),
rating_strata as (
    select
        response_id, prompt_id, dimension, stratum,
        count(*) as n,
        sum(cast(round(unit_value * 1e9) as bigint)) as total,
        sum(cast(round(unit_value * unit_value * 1e9) as bigint)) as squared,
        bool_or(has_rationale) as has_rationale
    from evidence.normalised_ratings
    group by response_id, prompt_id, dimension, stratum
),
rated as (
    select
        rating_strata.response_id, rating_strata.dimension, rating_strata.prompt_id,
        facts.policy_scenario, facts.risk_level,
        list_sort(list({'stratum': rating_strata.stratum, 'votes': cast(n as double)})) as counts,
        cast(sum(n) as bigint) as votes,
        sum(n * cast(round((2 * coalesce(reliability, 0.5) - 1) * 1e9) as bigint)) / 1e9 as evidence,
        greatest(sum(squared) / (sum(n) * 1e9) - (sum(total) / (sum(n) * 1e9)) * (sum(total) / (sum(n) * 1e9)), 0)
            as variance,
        bool_or(has_rationale) as has_rationale
    from rating_strata
    join strata_of_prompt as facts on facts.prompt_id = rating_strata.prompt_id
    left join policy.strata as strata
        on strata.scenario = facts.policy_scenario and strata.stratum = rating_strata.stratum
    group by rating_strata.response_id, rating_strata.dimension, rating_strata.prompt_id,
        facts.policy_scenario, facts.risk_level
),
ratings as (
    select
        response_id || '.' || dimension as record_id, 'ratings' as kind, prompt_id, policy_scenario, risk_level, dimension,
        counts, votes, 1 - least(1.0, 2 * sqrt(variance)) as p, true as decided, 0 as flips,
        least(1.0, 2 * sqrt(variance)) as disagreement, has_rationale,
        evidence / (evidence + 1) * (1 - least(1.0, 2 * sqrt(variance))) as trust
    from rated
),
trace_raters as (
    select
        trace_id, any_value(prompt_id) as prompt_id, supervisor || '/' || mode as stratum,
        count(distinct rater_id) as n,
        bool_or(rationale is not null or coalesce(array_length(reason_tags), 0) > 0) as has_rationale
    from ledger.steps
    group by trace_id, supervisor || '/' || mode
),
traces as (
    select
        trace_id as record_id, 'traces' as kind, any_value(trace_raters.prompt_id) as prompt_id,
        any_value(facts.policy_scenario) as policy_scenario, any_value(facts.risk_level) as risk_level,
        'process' as dimension,
        list_sort(list({'stratum': trace_raters.stratum, 'votes': cast(n as double)})) as counts,
        cast(sum(n) as bigint) as votes,
        1.0 as p, true as decided, 0 as flips, 0.0 as disagreement, bool_or(has_rationale) as has_rationale,
        sum(n * cast(round((2 * coalesce(reliability, 0.5) - 1) * 1e9) as bigint)) / 1e9 as evidence
    from trace_raters
    join strata_of_prompt as facts on facts.prompt_id = trace_raters.prompt_id
    left join policy.strata as strata
        on strata.scenario = facts.policy_scenario and strata.stratum = trace_raters.stratum
    group by trace_id
),
thumb_strata as (
    select
        response_id, any_value(prompt_id) as prompt_id, supervisor || '/' || mode as stratum,
        count(*) filter (where kind in ('like', 'accept', 'copy')) as up,
        count(*) filter (where kind in ('dislike', 'reject', 'retry')) as down
    from ledger.events
    where response_id is not null and kind in ('like', 'accept', 'copy', 'dislike', 'reject', 'retry')
    group by response_id, supervisor || '/' || mode
),
thumbs as (
    select
        response_id, any_value(thumb_strata.prompt_id) as prompt_id,
        any_value(facts.policy_scenario) as policy_scenario, any_value(facts.risk_level) as risk_level,
        any_value(facts.prior) as prior,
        list_sort(list({'stratum': thumb_strata.stratum, 'votes': cast(up + down as double)})) as counts,
        cast(sum(up + down) as bigint) as votes,
        sum(up * cast(round((2 * coalesce(reliability, 0.5) - 1) * 1e9) as bigint)) / 1e9 as w_up,
        sum(down * cast(round((2 * coalesce(reliability, 0.5) - 1) * 1e9) as bigint)) / 1e9 as w_down
    from thumb_strata
    join strata_of_prompt as facts on facts.prompt_id = thumb_strata.prompt_id
    left join policy.strata as strata
        on strata.scenario = facts.policy_scenario and strata.stratum = thumb_strata.stratum
    group by response_id
),
unpaired as (
    select
        response_id as record_id, 'unpaired' as kind, prompt_id, policy_scenario, risk_level, 'overall' as dimension,
        counts, votes, (prior + greatest(w_up, w_down)) / (2 * prior + w_up + w_down) as p, w_up <> w_down as decided,
        0 as flips,
        coalesce(least(w_up, w_down) / nullif(w_up + w_down, 0), 0) as disagreement, false as has_rationale,
        (w_up + w_down) / (w_up + w_down + 1)
            * (1 - coalesce(least(w_up, w_down) / nullif(w_up + w_down, 0), 0)) as trust
    from thumbs
),
every as (
    select * from pairs
    union all
    select
        record_id, kind, prompt_id, policy_scenario, risk_level, dimension,
        list_transform(counts, lambda s: {'stratum': s.stratum, 'votes': s.votes / votes}),
        votes, p, decided, flips, disagreement, has_rationale, trust
    from (
        select * from ratings
        union all
        select
            record_id, kind, prompt_id, policy_scenario, risk_level, dimension, counts, votes, p, decided, flips,
            disagreement, has_rationale, evidence / (evidence + 1)
        from traces
        union all
        select * from unpaired
    ) as counted
)
select
    record_id, kind, prompt_id, policy_scenario, risk_level, dimension,
    list_sort(list_transform(strata, lambda s: {'votes': -s.votes, 'stratum': s.stratum}))[1].stratum as stratum,
    strata, votes, p, decided, cast(flips as bigint) as flips, disagreement, has_rationale, trust
from every
