-- Grain: a bootstrap replicate and a part of the prompts that was drawn into it.
-- An interval must know that judgements of one prompt are not independent, so whole parts are drawn, with replacement
-- (cluster bootstrap; Davison and Hinkley, Bootstrap Methods and their Application, 3.8), 64 of 64 in each replicate,
-- from a hash: the same draws everywhere, every time. Replicate 0 is the data as they are.
with drawn as (
    select replicate, unnest(generate_series(1, 64)) as draw
    from (select unnest(generate_series(1, $replicates)) as replicate) as numbered
)
select 0 as replicate, unnest(generate_series(0, 63)) as part, 1 as weight
union all
select
    replicate,
    hash_bits_high(sha256('replicate ' || replicate || ', draw ' || draw)) % 64 as part,
    count(*) as weight
from drawn
group by replicate, hash_bits_high(sha256('replicate ' || replicate || ', draw ' || draw)) % 64
