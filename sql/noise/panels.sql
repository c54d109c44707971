-- Grain: a pair and a dimension, the raters of one stratum on it; once over all rounds, and once more for each round.
-- Who agrees with whom is a matter of raters, not of votes: a rater's first vote (by round, then id) counts, so that a pair
-- asked again because it was in dispute is not in dispute twice. Everything about agreement is summed from here.
with counted as (
    select 'pair' as unit, '' as round, pair_id, prompt_id, dimension, stratum, choice, a_shown_first
    from evidence.votes
    where vote_id not in (select vote_id from noise.repeats where place > 1)
    union all
    -- With one round alone, both ways of counting are the same.
    select 'round', coalesce(round, ''), pair_id, prompt_id, dimension, stratum, choice, a_shown_first
    from evidence.votes
    where (select count(distinct coalesce(round, '')) from evidence.votes) > 1
        and vote_id not in (select vote_id from noise.repeats where place_in_round > 1)
),
grouped as (
    select
        unit, round, pair_id, any_value(prompt_id) as prompt_id, dimension, stratum,
        count(*) filter (where choice = 'a') as a,
        count(*) filter (where choice = 'tie') as tie,
        count(*) filter (where choice = 'b') as b,
        count(*) filter (where a_shown_first) as a_first,
        count(*) filter (where not a_shown_first) as b_first,
        count(*) filter (where choice <> 'tie' and (choice = 'a') = a_shown_first) as first_won,
        count(*) filter (where choice <> 'tie' and a_shown_first is not null) as ordered
    from counted
    group by unit, round, pair_id, dimension, stratum
)
select
    grouped.*,
    bootstrap_part(case when crowded.prompt_id is null then grouped.prompt_id else grouped.pair_id end) as part
from grouped
left join noise.crowded_prompts as crowded on crowded.prompt_id = grouped.prompt_id
