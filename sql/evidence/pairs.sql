-- Grain: a canonical pair that somebody compared.
-- The style of both sides stands beside each other, so that length or markup can be held against the votes.
with compared as (
    select pair_id, any_value(prompt_id) as prompt_id, any_value(a) as a, any_value(b) as b
    from evidence.votes
    group by pair_id
)
select compared.pair_id, compared.prompt_id, compared.a, compared.b, one.features as features_a, other.features as features_b
from compared
join evidence.responses as one on one.response_id = compared.a
join evidence.responses as other on other.response_id = compared.b
