-- Grain: a decided pair of a training layer and a style that one of its sides has and the other has not.
-- Whether the chosen side is the one that has it. What both sides have, or neither, says nothing about it.
with compared as (
    select
        winners.pair_id, winners.scenario, winners.weight, winners.a_wins,
        unnest([
            {'style': 'longer', 'a_has': sides.features_a.characters > sides.features_b.characters,
                'b_has': sides.features_b.characters > sides.features_a.characters},
            {'style': 'hedged', 'a_has': sides.features_a.hedged, 'b_has': sides.features_b.hedged},
            {'style': 'refuses', 'a_has': sides.features_a.refusal, 'b_has': sides.features_b.refusal},
            {'style': 'apologises', 'a_has': sides.features_a.apology, 'b_has': sides.features_b.apology},
            {'style': 'markdown', 'a_has': sides.features_a.markdown > 1, 'b_has': sides.features_b.markdown > 1},
            {'style': 'cites', 'a_has': sides.features_a.citation, 'b_has': sides.features_b.citation}
        ]) as told
    from teaching.pairs as winners
    join evidence.pairs as sides on sides.pair_id = winners.pair_id
)
select pair_id, scenario, told.style as style, a_wins = told.a_has as chosen_has, weight
from compared
where told.a_has <> told.b_has
