-- Grain: a vote of a rater who judged the same pair and dimension more than once.
-- What a rater says the second time measures the rater, not the pair: it tells how consistent raters are with themselves,
-- and must not count as another opinion. Few votes are repeats, so they are told apart once, here.
with repeated as (
    select pair_id, dimension, rater_id
    from evidence.votes
    group by pair_id, dimension, rater_id
    having count(*) > 1
)
select
    votes.vote_id, votes.pair_id, votes.dimension, votes.rater_id, votes.stratum, votes.round,
    votes.choice, votes.a_shown_first, votes.settles,
    bootstrap_part(case when crowded.prompt_id is null then votes.prompt_id else votes.pair_id end) as part,
    row_number() over (
        partition by votes.pair_id, votes.dimension, votes.rater_id
        order by rounds.place, votes.vote_id
    ) as place,
    row_number() over (
        partition by votes.pair_id, votes.dimension, votes.rater_id, coalesce(votes.round, '')
        order by votes.vote_id
    ) as place_in_round
from evidence.votes as votes
join repeated
    on repeated.pair_id = votes.pair_id and repeated.dimension = votes.dimension and repeated.rater_id = votes.rater_id
join noise.rounds as rounds on rounds.round = coalesce(votes.round, '')
left join noise.crowded_prompts as crowded on crowded.prompt_id = votes.prompt_id
