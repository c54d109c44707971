-- Grain: a measure of how candidates were made and a slice.
-- Pairs teach by the gap between their sides: too wide and there is no boundary to learn, too narrow and labels are noise, and where
-- the name of the generator tells the winner there is only a name to learn. Texts are compared word by word (Jaccard 1901) on
-- a thousand pairs of a scenario: ids are hashes, so those with the smallest are drawn by lot. Where nobody is believed the
-- gap is not known, and two sides that half of the votes or more call unacceptable are not close, they are bad.
with pairs as (
    select
        pairs.pair_id, prompts.scenario, prompts.policy_scenario, governing.tie_margin, pairs.seq_a, pairs.seq_b,
        array_to_string(pairs.generators_a, ' + ') as writer_a,
        array_to_string(pairs.generators_b, ' + ') as writer_b
    from evidence.pairs as pairs
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
),
governed as (
    select scenario, min(policy_scenario) as policy_scenario
    from pairs
    group by scenario
),
-- The dimension that decides a pair: the overall verdict, or else the first of the policy that decides.
deciding as (
    select pair_id, p_a, p_tie, p_b, votes, evidence, both_bad
    from noise.preferences
    where dimension = 'overall'
    union all
    select pair_id, p_a, p_tie, p_b, votes, evidence, both_bad
    from (
        select
            preferences.*,
            row_number() over (
                partition by preferences.pair_id
                order by
                    case when dimensions.dimension is null then 1 else 0 end,
                    case when leads(preferences.p_a, preferences.p_tie, preferences.p_b, pairs.tie_margin) then 0 else 1 end,
                    dimensions.priority, preferences.dimension
            ) as place
        from noise.preferences as preferences
        anti join (select pair_id from noise.preferences where dimension = 'overall') as judged
            on judged.pair_id = preferences.pair_id
        join pairs on pairs.pair_id = preferences.pair_id
        left join policy.dimensions as dimensions
            on dimensions.scenario = pairs.policy_scenario and dimensions.dimension = preferences.dimension
    ) as ranked
    where place = 1
),
estimated as (
    select
        pairs.scenario, pairs.writer_a, pairs.writer_b,
        greatest(p_a, p_b) as p,
        p_a > p_b as a_wins,
        leads(p_a, p_tie, p_b, pairs.tie_margin) as decided,
        2 * both_bad >= votes as rejected
    from pairs
    join deciding on deciding.pair_id = pairs.pair_id
    where evidence >= 0.1e0 * votes
),
gaps as (
    select
        scenario, count(*) as n,
        count(*) filter (where p >= 0.95e0) as easy,
        count(*) filter (where not decided) as close
    from estimated
    where decided or not rejected
    group by scenario
),
drawn as (
    select pair_id, scenario, seq_a, seq_b
    from (
        select *, row_number() over (partition by scenario order by pair_id) as place
        from pairs
    ) as placed
    where place <= 1000
),
worded as (
    select
        drawn.scenario,
        list_distinct(string_split(case_folded(left(one.content, 2000)), ' ')) as words_a,
        list_distinct(string_split(case_folded(left(other.content, 2000)), ' ')) as words_b
    from drawn
    join ledger.responses as one on one.seq = drawn.seq_a
    join ledger.responses as other on other.seq = drawn.seq_b
),
shared as (
    select
        scenario, array_length(array_intersect(words_a, words_b)) as common,
        array_length(words_a) + array_length(words_b) as words
    from worded
),
alike as (
    select scenario, count(*) as n, count(*) filter (where common >= 0.9e0 * (words - common)) as near
    from shared
    group by scenario
),
written as (
    select scenario, writer, count(*) as responses
    from (
        select scenario, writer_a as writer from pairs where writer_a <> ''
        union all
        select scenario, writer_b from pairs where writer_b <> ''
    ) as sides
    group by scenario, writer
),
couples as (
    select
        scenario, least(writer_a, writer_b) as one, greatest(writer_a, writer_b) as other,
        count(*) as n,
        count(*) filter (where (writer_a < writer_b) = a_wins) as won
    from estimated
    where decided and writer_a <> '' and writer_b <> '' and writer_a <> writer_b
    group by scenario, least(writer_a, writer_b), greatest(writer_a, writer_b)
    -- Of a few pairs one of the two always has more.
    having count(*) >= 10
),
figures as (
    select 'too_easy' as measure, scenario, easy / n as value, n from gaps
    union all
    select 'too_close', scenario, close / n, n from gaps
    union all
    select 'near_duplicates', scenario, near / n, n from alike
    union all
    select 'one_generator', scenario, max(responses) / sum(responses), cast(sum(responses) as bigint)
    from written
    group by scenario
    union all
    select 'generator_wins', scenario, sum(greatest(won, n - won)) / sum(n), cast(sum(n) as bigint)
    from couples
    group by scenario
)
select
    figures.measure, governed.policy_scenario as scenario, 'scenario' as slice, figures.scenario as name,
    cast(null as varchar) as stratum, figures.value,
    wilson_low(figures.value, figures.n) as low,
    wilson_high(figures.value, figures.n) as high,
    figures.n
from figures
join governed on governed.scenario = figures.scenario
