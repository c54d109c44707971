-- Grain: a layer.
-- How often the label of a pair released as decided is the true one, beside how often it claims to be: possible here because the
-- example knows its truth. A pair that is a tie in truth is decided wrongly, and the claim reckons with that.
with released as (
    select layer, prompt, chosen, rejected, p, trust
    from read_parquet($pairs)
    where outcome = 'decided'
),
known as (
    select released.*, truth.truth, truth.truth = case when released.chosen < released.rejected then 'first' else 'second' end as hit
    from released
    join read_parquet($truth) as truth
        on truth.prompt = released.prompt and truth.dimension = 'overall'
        and truth.response_1 = least(released.chosen, released.rejected)
        and truth.response_2 = greatest(released.chosen, released.rejected)
)
select layer, count(*) as pairs, avg(hit::int) as accuracy, avg(p) as claimed, avg(trust) as trust
from known
group by layer
order by list_position(['golden', 'expert', 'main', 'weak', 'backflow'], layer)
