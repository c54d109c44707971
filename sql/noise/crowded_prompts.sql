-- Grain: a prompt with more than twenty compared pairs.
-- The pairs of one prompt hang together, as six pairs of four ranked responses do, and an interval must draw them together. A
-- prompt with hundreds of pairs is a topic: drawn as one, a source of few topics would have no interval, so its pairs are
-- drawn one by one.
select prompt_id, count(*) as pairs
from evidence.pairs
group by prompt_id
having count(*) > 20
