-- Bad row: a golden pair whose outcome no offline expert gave, and that nobody settled.
-- Weak supervision may outvote an expert in an estimate; what comes of it must not become the anchor of everything. This looks at the votes
-- themselves, not at what placed the record.
with said as (
    select votes.pair_id, votes.dimension, votes.choice
    from evidence.votes as votes
    where votes.stratum = 'expert/offline' or votes.settles
    group by votes.pair_id, votes.dimension, votes.choice
),
led as (
    select
        records.record_id, records.dimension,
        case
            when p_a > p_b and p_a >= p_tie then 'a'
            when p_b > p_a and p_b >= p_tie then 'b'
            else 'tie'
        end as choice
    from layers.golden as golden
    join weighting.records as records on records.kind = golden.kind and records.record_id = golden.record_id
    join noise.preferences as preferences
        on preferences.pair_id = records.record_id and preferences.dimension = records.dimension
    where golden.kind = 'pairs'
)
select led.record_id, led.dimension, led.choice
from led
anti join said
    on said.pair_id = led.record_id and said.dimension = led.dimension and said.choice = led.choice
