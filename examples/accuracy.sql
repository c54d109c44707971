-- Grain: a layer.
-- How often the released label of a decided pair is the true one, and the same for the raw votes it replaced: possible here
-- because the example knows its truth.
with released as (
    select layer, prompt, chosen, rejected, p, trust
    from read_parquet($pairs)
    where outcome = 'decided'
),
known as (
    select released.*, truth.truth, (truth.truth = 'first') = (released.chosen < released.rejected) as hit
    from released
    join read_parquet($truth) as truth
        on truth.prompt = released.prompt and truth.dimension = 'overall' and truth.truth <> 'tie'
        and truth.response_1 = least(released.chosen, released.rejected)
        and truth.response_2 = greatest(released.chosen, released.rejected)
)
select layer, count(*) as pairs, avg(hit::int) as accuracy, avg(p) as claimed, avg(trust) as trust
from known
group by layer
order by list_position(['golden', 'expert', 'main', 'weak', 'backflow'], layer)
