-- Grain: a measure of how candidates were made and a slice.
-- Pairs teach by the gap between their sides: too wide and there is no boundary to learn, too narrow and labels are noise, and where
-- the name of the generator tells the winner there is only a name to learn. Texts are compared word by word (Jaccard 1901) on
-- a thousand pairs of a scenario: ids are hashes, so those with the smallest are drawn by lot. Where nobody is believed the
-- gap is not known, and two sides that half of the votes or more call unacceptable are not close, they are bad.
with pairs as (
    select
        pairs.pair_id, pairs.prompt_id, prompts.scenario, prompts.policy_scenario, governing.tie_margin,
        pairs.seq_a, pairs.seq_b,
        array_to_string(pairs.generators_a, ' + ') as writer_a,
        array_to_string(pairs.generators_b, ' + ') as writer_b,
        row_number() over (partition by prompts.scenario order by pairs.pair_id) as place
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
    select pair_id, 'overall' as dimension
    from noise.preferences
    where dimension = 'overall'
    union all
    select pair_id, dimension
    from (
        select
            preferences.pair_id, preferences.dimension,
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
        greatest(preferences.p_a, preferences.p_b) as p,
        preferences.p_a > preferences.p_b as a_wins,
        leads(preferences.p_a, preferences.p_tie, preferences.p_b, pairs.tie_margin) as decided,
        2 * preferences.both_bad >= preferences.votes as rejected
    from pairs
    join deciding on deciding.pair_id = pairs.pair_id
    join noise.preferences as preferences
        on preferences.pair_id = deciding.pair_id and preferences.dimension = deciding.dimension
    where preferences.evidence >= 0.1e0 * preferences.votes
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
    from pairs
    where place <= 1000
),
words_a as (
    select drawn.pair_id, unnest(list_distinct(string_split(case_folded(left(texts.content, 2000)), ' '))) as word
    from drawn
    join ledger.responses as texts on texts.seq = drawn.seq_a
),
words_b as (
    select drawn.pair_id, unnest(list_distinct(string_split(case_folded(left(texts.content, 2000)), ' '))) as word
    from drawn
    join ledger.responses as texts on texts.seq = drawn.seq_b
),
worded as (
    select pair_id, count(*) filter (where side = 'a') as a, count(*) filter (where side = 'b') as b
    from (
        select pair_id, 'a' as side from words_a
        union all
        select pair_id, 'b' from words_b
    ) as sided
    group by pair_id
),
common as (
    select words_a.pair_id, count(*) as words
    from words_a
    join words_b on words_b.pair_id = words_a.pair_id and words_b.word = words_a.word
    group by words_a.pair_id
),
alike as (
    select
        drawn.scenario, count(*) as n,
        count(*) filter (where common.words >= 0.9e0 * (worded.a + worded.b - common.words)) as near
    from drawn
    join worded on worded.pair_id = drawn.pair_id
    left join common on common.pair_id = drawn.pair_id
    group by drawn.scenario
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
