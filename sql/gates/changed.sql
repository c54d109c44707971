-- Grain: what happened to records of training layers since the parent release.
-- How much of the weight, as the release hands it out, is not what it was. What is gone has no weight here any more, so it is
-- counted: its share of the records that the parent had to train on. Sums are fixed point.
with weighed as (
    select kind, record_id, cast(round(weight * 1e9) as bigint) as weight
    from weighting.weights
),
changed as (
    select
        coalesce(later.kind, earlier.kind) as kind,
        coalesce(later.record_id, earlier.record_id) as record_id,
        case
            when later.record_id is null or later.layer = 'backflow' then 'gone'
            when earlier.record_id is null or earlier.layer = 'backflow' then 'new'
            when earlier.label is distinct from later.label then 'relabelled'
            else 'moved'
        end as change
    from manifest.after as later
    full join manifest.before as earlier on earlier.kind = later.kind and earlier.record_id = later.record_id
    where (coalesce(later.layer, 'backflow') <> 'backflow' or coalesce(earlier.layer, 'backflow') <> 'backflow')
        and (later.layer is distinct from earlier.layer or later.label is distinct from earlier.label)
),
summed as (
    select
        changed.change,
        count(*) as records,
        coalesce(sum(weighed.weight), 0) as weight,
        list_sort(list(changed.record_id)) as samples
    from changed
    left join weighed on weighed.kind = changed.kind and weighed.record_id = changed.record_id
    group by changed.change
),
whole as (
    select coalesce(sum(weight), 0) as weight
    from weighed
)
select
    summed.change,
    summed.records,
    case
        when summed.change = 'gone' then least(1e0, summed.records / nullif($parent_records, 0))
        else coalesce(summed.weight / nullif(whole.weight, 0), 0)
    end as share,
    array_slice(summed.samples, 1, 5) as samples
from summed
cross join whole
order by summed.change
