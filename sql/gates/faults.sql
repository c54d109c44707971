-- Grain: a gate on single records, a governing scenario, and a slice of it.
-- How often a pair, or for personal data any record, has the fault the gate looks for, over all tasks, and task by task: never one number for a whole version.
with faults as (
    select pair_id as record_id, scenario, task, 'identical' as gate, identical as bad from gates.flags
    union all
    select pair_id, scenario, task, 'misaligned', misaligned from gates.flags
    union all
    select pair_id, scenario, task, 'cycles', cycles from gates.flags
    union all
    select pair_id, scenario, task, 'ties', ties from gates.flags
    union all
    select pair_id, scenario, task, 'rules', rules from gates.flags
    union all
    select pair_id, scenario, task, 'metadata', metadata from gates.flags
    union all
    select record_id, scenario, task, 'personal_data', personal_data from gates.marked
),
sliced as (
    select gate, scenario, 'all' as slice, record_id, bad from faults where bad is not null
    union all
    select gate, scenario, 'task=' || task, record_id, bad from faults where bad is not null
),
counted as (
    select
        gate, scenario, slice,
        count(*) as n,
        count(*) filter (where bad) as bad,
        list_sort(list(record_id) filter (where bad)) as samples
    from sliced
    group by gate, scenario, slice
)
select
    counted.gate, counted.scenario, counted.slice,
    counted.bad / counted.n as value,
    wilson_low(counted.bad / counted.n, counted.n) as low,
    wilson_high(counted.bad / counted.n, counted.n) as high,
    counted.n,
    earlier.value as before,
    earlier.n as before_n,
    coalesce(array_slice(counted.samples, 1, 5), cast([] as varchar[])) as samples
from counted
left join gates.before as earlier
    on earlier.gate = counted.gate and earlier.scenario = counted.scenario and earlier.slice = counted.slice
