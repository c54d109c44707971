-- Grain: a canonical pair that somebody compared.
-- What is known of both sides stands beside each other: their style, to hold against the votes, who wrote them, and where
-- the ledger keeps their texts.
with compared as (
    select pair_id, any_value(a) as a, any_value(b) as b
    from evidence.votes
    group by pair_id
)
select
    compared.pair_id, one.prompt_id, compared.a, compared.b,
    one.features as features_a, other.features as features_b,
    one.generators as generators_a, other.generators as generators_b,
    one.seq as seq_a, other.seq as seq_b
from compared
join evidence.responses as one on one.response_id = compared.a
join evidence.responses as other on other.response_id = compared.b
