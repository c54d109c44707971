-- Grain: a kind of record, and how it copies which frozen evaluation set.
-- What is kept out of training because training is measured by it: how many records, and the first of them.
with kept_out as (
    select kind, reason, count(*) as records, list_sort(list(record_id)) as ids
    from layers.records
    where rule = 'contaminated'
    group by kind, reason
)
select kind, reason, records, array_slice(ids, 1, 100) as ids
from kept_out
order by kind, reason
