-- Grain: a measure of rule errors and a slice.
-- How often each rule contradicts people, over the pairs on which both prefer a side.
with counted as (
    select
        rater_id, min(stratum) as stratum,
        count(*) as n,
        count(*) filter (where rule <> people) as wrong
    from noise.rule_verdicts
    group by rater_id
)
select
    'rule_errors' as measure, '*' as scenario, 'rule' as slice, rater_id as name, stratum,
    wrong / n as value,
    wilson_low(wrong / n, n) as low,
    wilson_high(wrong / n, n) as high,
    n
from counted
