-- Grain: a pair and a dimension that somebody voted on.
-- Numbered, because the fit goes over every vote many times; what people settled is known, and anchors the raters.
with judged as (
    select distinct pair_id, dimension
    from evidence.votes
)
select
    row_number() over (order by judged.pair_id, judged.dimension) as item,
    judged.pair_id,
    judged.dimension,
    case settlements.choice when 'a' then 1 when 'tie' then 0 when 'b' then -1 end as anchor,
    hash_bits_high(judged.pair_id) % 64 as bucket
from judged
left join noise.settlements as settlements
    on settlements.pair_id = judged.pair_id and settlements.dimension = judged.dimension and settlements.settled
