-- Grain: a record that could be released.
-- One list of facts for every kind of record, so that layer rules are written once. Trust is the share of evidence in
-- evidence plus one vote, times the share that agrees; a pair is decided by its overall verdict or, without one, by the first
-- dimension of the policy that decides; what the policy does not name stands for a pair only where nothing else does. A golden score,
-- reward or label must be what experts say: within an eighth of the scale, half a step of five, of their own mean, or on their side.
with facts as (
    select prompts.prompt_id, prompts.policy_scenario, prompts.risk_level, governing.tie_margin, governing.prior
    from evidence.prompts as prompts
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
),
without_overall as (
    select
        preferences.pair_id, preferences.dimension,
        row_number() over (
            partition by preferences.pair_id
            order by
                case when dimensions.dimension is null then 1 else 0 end,
                case when leads(preferences.p_a, preferences.p_tie, preferences.p_b, facts.tie_margin) then 0 else 1 end,
                coalesce(priorities.priority, dimensions.priority), preferences.dimension
        ) as place
    from noise.preferences as preferences
    anti join (select pair_id from noise.preferences where dimension = 'overall') as judged
        on judged.pair_id = preferences.pair_id
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join facts on facts.prompt_id = pairs.prompt_id
    left join policy.dimensions as dimensions
        on dimensions.scenario = facts.policy_scenario and dimensions.dimension = preferences.dimension
    left join policy.priorities as priorities
        on priorities.scenario = facts.policy_scenario and priorities.risk_level = facts.risk_level
        and priorities.dimension = preferences.dimension
    anti join weighting.aggregates as aggregates on aggregates.pair_id = preferences.pair_id
),
verdicts as (
    select * from noise.preferences where dimension = 'overall'
    union all
    select preferences.*
    from without_overall
    join noise.preferences as preferences
        on preferences.pair_id = without_overall.pair_id and preferences.dimension = without_overall.dimension
    where without_overall.place = 1
    union all
    select
        pair_id, dimension, p_a, p_tie, p_b, votes, evidence, strata, flips, disagreement, both_bad, has_rationale, calibration_id
    from weighting.aggregates
),
-- What one rater says again is one rater's word: whoever asks for several people must get several. Where votes settle, only
-- they were counted, and only they are counted here.
again as (
    select repeats.pair_id, repeats.dimension, count(*) - count(distinct repeats.rater_id) as votes
    from noise.repeats as repeats
    left join noise.settlements as settlements
        on settlements.pair_id = repeats.pair_id and settlements.dimension = repeats.dimension
    where settlements.pair_id is null or repeats.settles
    group by repeats.pair_id, repeats.dimension
),
heard_together as (
    select preferences.pair_id, max(preferences.votes - coalesce(again.votes, 0)) as raters
    from weighting.aggregates as aggregates
    join noise.preferences as preferences on preferences.pair_id = aggregates.pair_id
    left join again on again.pair_id = preferences.pair_id and again.dimension = preferences.dimension
    group by preferences.pair_id
),
-- What automatic rules and experts said themselves, whatever it weighed.
rules_said as (
    select
        pair_id, bool_or(choice = 'a') as for_a, bool_or(choice = 'b') as for_b, bool_or(both_bad) as against_both
    from evidence.votes
    where stratum like 'rule/%'
    group by pair_id
),
experts_said as (
    select
        pair_id, dimension, bool_or(choice = 'a') as for_a, bool_or(choice = 'tie') as for_tie, bool_or(choice = 'b') as for_b,
        bool_or(has_rationale) as has_rationale
    from evidence.votes
    where stratum = 'expert/offline'
    group by pair_id, dimension
),
-- Machines are no people, and neither are users whom nobody asked. Few pairs are judged by both, so these are looked at alone.
machines as (
    select distinct pair_id
    from evidence.votes
    where not (stratum like 'expert/%' or stratum like 'crowd/%' or stratum = 'user/offline')
),
asked as (
    select votes.pair_id, votes.dimension, count(distinct votes.rater_id) as people
    from evidence.votes as votes
    semi join machines on machines.pair_id = votes.pair_id
    where votes.stratum like 'expert/%' or votes.stratum like 'crowd/%' or votes.stratum = 'user/offline'
    group by votes.pair_id, votes.dimension
),
asked_together as (
    select pair_id, max(people) as people
    from asked
    group by pair_id
),
pairs as (
    select
        verdicts.pair_id as record_id, 'pairs' as kind, pairs.prompt_id, facts.policy_scenario, facts.risk_level,
        verdicts.dimension, verdicts.strata, verdicts.votes,
        greatest(1, coalesce(heard_together.raters, verdicts.votes - coalesce(again.votes, 0))) as raters,
        case
            when machines.pair_id is null then greatest(1, coalesce(heard_together.raters, verdicts.votes - coalesce(again.votes, 0)))
            when heard_together.pair_id is not null then least(heard_together.raters, coalesce(asked_together.people, 0))
            else least(verdicts.votes - coalesce(again.votes, 0), coalesce(asked.people, 0))
        end as people,
        greatest(p_a, p_tie, p_b) as p,
        leads(verdicts.p_a, verdicts.p_tie, verdicts.p_b, facts.tie_margin) as decided,
        verdicts.flips, verdicts.disagreement, verdicts.has_rationale,
        coalesce(settlements.settled, false) as settled,
        trust_of(verdicts.evidence, verdicts.disagreement) as trust,
        not coalesce(
            rules_said.against_both or (p_a >= p_b and rules_said.for_b) or (p_b >= p_a and rules_said.for_a), false
        ) as rule_clean,
        coalesce(experts_said.has_rationale, false) as expert_rationale,
        coalesce(settlements.settled, false) or coalesce(
            case
                when p_a > p_b and p_a >= p_tie then experts_said.for_a
                when p_b > p_a and p_b >= p_tie then experts_said.for_b
                else experts_said.for_tie
            end, false) as expert_confirmed
    from verdicts
    left join again on again.pair_id = verdicts.pair_id and again.dimension = verdicts.dimension
    left join heard_together on heard_together.pair_id = verdicts.pair_id
    left join machines on machines.pair_id = verdicts.pair_id
    left join asked on asked.pair_id = verdicts.pair_id and asked.dimension = verdicts.dimension
    left join asked_together on asked_together.pair_id = verdicts.pair_id
    left join rules_said on rules_said.pair_id = verdicts.pair_id
    left join experts_said
        on experts_said.pair_id = verdicts.pair_id and experts_said.dimension = verdicts.dimension
    join evidence.pairs as pairs on pairs.pair_id = verdicts.pair_id
    join facts on facts.prompt_id = pairs.prompt_id
    left join noise.settlements as settlements
        on settlements.pair_id = verdicts.pair_id and settlements.dimension = verdicts.dimension
),
-- Of several opinions, the standard deviation is half the scale at most: that is disagreement 1.
ratings as (
    select
        scores.response_id || '.' || scores.dimension as record_id, 'ratings' as kind, scores.prompt_id,
        facts.policy_scenario, facts.risk_level, scores.dimension,
        scores.strata as weights, scores.votes, scores.raters, scores.people, scores.evidence,
        1 - least(1e0, coalesce(2 * scores.spread, 0e0)) as p, true as decided,
        least(1e0, coalesce(2 * scores.spread, 0e0)) as disagreement, scores.has_rationale,
        scores.expert_rationale,
        coalesce(abs(scores.experts_score - scores.score) <= 0.125e0, false) as expert_confirmed
    from weighting.scores as scores
    join facts on facts.prompt_id = scores.prompt_id
),
trace_raters as (
    select
        trace_id, prompt_id, supervisor || '/' || mode as stratum,
        count(distinct rater_id) as n,
        bool_or(has_reason(rationale, reason_tags)) as has_rationale
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    anti join evidence.erased as erased on erased.kind = 'trace' and erased.id = steps.trace_id
    group by trace_id, prompt_id, supervisor || '/' || mode
),
-- Whoever judges both as an annotator and online is one rater, and one person.
trace_voices as (
    select
        steps.trace_id, steps.prompt_id,
        count(distinct steps.rater_id) as raters,
        count(distinct case
            when supervisor in ('expert', 'crowd') or (supervisor = 'user' and mode = 'offline') then steps.rater_id
        end) as people
    from ledger.steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    anti join evidence.erased as erased on erased.kind = 'trace' and erased.id = steps.trace_id
    group by steps.trace_id, steps.prompt_id
),
trace_weights as (
    select
        trace_raters.*, facts.policy_scenario, facts.risk_level,
        n * cast(round((2 * coalesce(strata.reliability, 0.5) - 1) * 1e9) as bigint) as weight
    from trace_raters
    join facts on facts.prompt_id = trace_raters.prompt_id
    left join policy.strata as strata
        on strata.scenario = facts.policy_scenario and strata.stratum = trace_raters.stratum
),
-- Rewards are from -1 to 1: an eighth of that scale is 0.25, and the standard deviation 1 at most. A trace is as much in dispute as
-- those of its steps on average that several raters rewarded.
rewarded as (
    select
        trace_id,
        bool_and(coalesce(abs(experts_reward - reward) <= 0.25e0, false)) as expert_confirmed,
        coalesce(
            sum(cast(round(least(1e0, coalesce(spread, 0e0)) * 1e9) as bigint)) / nullif(count(spread) * 1e9, 0), 0e0
        ) as disagreement
    from weighting.rewards
    group by trace_id
),
traces as (
    select
        trace_weights.trace_id as record_id, 'traces' as kind, trace_weights.prompt_id, policy_scenario, risk_level, 'process' as dimension,
        list_sort(list({'stratum': stratum, 'votes': weight / 1e9})) as weights,
        cast(sum(n) as bigint) as votes,
        min(trace_voices.raters) as raters,
        min(trace_voices.people) as people,
        sum(weight) / 1e9 as evidence,
        1 - coalesce(min(rewarded.disagreement), 0e0) as p, true as decided,
        coalesce(min(rewarded.disagreement), 0e0) as disagreement,
        bool_or(has_rationale) as has_rationale,
        bool_or(has_rationale and stratum = 'expert/offline') as expert_rationale,
        coalesce(bool_and(rewarded.expert_confirmed), false) as expert_confirmed
    from trace_weights
    join trace_voices on trace_voices.trace_id = trace_weights.trace_id and trace_voices.prompt_id = trace_weights.prompt_id
    left join rewarded on rewarded.trace_id = trace_weights.trace_id
    group by trace_weights.trace_id, trace_weights.prompt_id, policy_scenario, risk_level
),
thumb_voices as (
    select
        response_id, prompt_id,
        count(distinct who) as raters,
        count(distinct case
            when stratum like 'expert/%' or stratum like 'crowd/%' or stratum = 'user/offline' then who
        end) as people
    from weighting.opinions
    group by response_id, prompt_id
),
thumb_weights as (
    select
        opinions.response_id, opinions.prompt_id, opinions.stratum,
        facts.policy_scenario, facts.risk_level, facts.prior, facts.tie_margin,
        sum(opinions.events) as n,
        sum(cast(round(1e9 * opinions.up) as bigint)) as w_up,
        sum(cast(round(1e9 * opinions.down) as bigint)) as w_down
    from weighting.opinions as opinions
    join facts on facts.prompt_id = opinions.prompt_id
    group by
        opinions.response_id, opinions.prompt_id, opinions.stratum,
        facts.policy_scenario, facts.risk_level, facts.prior, facts.tie_margin
),
thumbs as (
    select
        thumb_weights.response_id, thumb_weights.prompt_id, policy_scenario, risk_level, prior, tie_margin,
        list_sort(list({'stratum': stratum, 'votes': (w_up + w_down) / 1e9})) as weights,
        cast(sum(n) as bigint) as votes,
        min(thumb_voices.raters) as raters,
        min(thumb_voices.people) as people,
        sum(w_up) / 1e9 as w_up,
        sum(w_down) / 1e9 as w_down,
        sum(w_up) - sum(w_down) as lean,
        sum(case when stratum = 'expert/offline' then w_up - w_down else 0 end) as experts_lean
    from thumb_weights
    join thumb_voices
        on thumb_voices.response_id = thumb_weights.response_id and thumb_voices.prompt_id = thumb_weights.prompt_id
    group by thumb_weights.response_id, thumb_weights.prompt_id, policy_scenario, risk_level, prior, tie_margin
),
unpaired as (
    select
        response_id as record_id, 'unpaired' as kind, prompt_id, policy_scenario, risk_level, 'overall' as dimension,
        weights, votes, raters, people, w_up + w_down as evidence,
        (prior + greatest(w_up, w_down)) / (2 * prior + w_up + w_down) as p,
        leads((prior + w_up) / (2 * prior + w_up + w_down), 0e0, (prior + w_down) / (2 * prior + w_up + w_down), tie_margin)
            as decided,
        coalesce(least(w_up, w_down) / nullif(w_up + w_down, 0), 0) as disagreement,
        false as has_rationale,
        false as expert_rationale,
        (lean > 0 and experts_lean > 0) or (lean < 0 and experts_lean < 0) as expert_confirmed
    from thumbs
),
every as (
    select * from pairs
    union all
    select
        record_id, kind, prompt_id, policy_scenario, risk_level, dimension,
        list_transform(weights, lambda s: {'stratum': s.stratum, 'votes': coalesce(s.votes / nullif(evidence, 0), 0)}),
        votes, raters, people, p, decided, 0, disagreement, has_rationale, false, trust_of(evidence, disagreement), true,
        expert_rationale, expert_confirmed
    from (
        select * from ratings
        union all
        select * from traces
        union all
        select * from unpaired
    ) as weighed
)
select
    record_id, kind, prompt_id, policy_scenario, risk_level, dimension,
    case
        when array_length(strata) = 1 then strata[1].stratum
        else list_sort(list_transform(strata, lambda s: {'votes': -s.votes, 'stratum': s.stratum}))[1].stratum
    end as stratum,
    strata, votes, raters, people, p, decided, cast(flips as bigint) as flips, disagreement, has_rationale, settled, trust,
    rule_clean, expert_rationale, expert_confirmed
from every
