-- Grain: the pairs that people settled since the parent release, on at least one dimension: how many, and the first hundred by id.
-- What was arbitrated is named, not only counted: whoever asks why a label changed finds it. A pair of which nobody said otherwise
-- is settled and no more, as those are that are imported with their answers. Files that both releases hold are not read: equal files
-- hold equal settlements.
with settled as (
    select
        later.record_id as pair_id,
        unnest(list_filter(later.settled, lambda d: not list_contains(coalesce(earlier.settled, cast([] as varchar[])), d)))
            as dimension
    from manifest.after as later
    left join manifest.before as earlier on earlier.kind = later.kind and earlier.record_id = later.record_id
    where later.kind = 'pairs'
),
told as (
    select settled.pair_id, coalesce(bool_or(settlements.disputed), false) as disputed
    from settled
    left join noise.settlements as settlements
        on settlements.pair_id = settled.pair_id and settlements.dimension = settled.dimension
    group by settled.pair_id
),
placed as (
    select *, row_number() over (partition by disputed order by pair_id) as place
    from told
)
select
    count(*) filter (where disputed) as "count",
    coalesce(list_sort(list(pair_id) filter (where disputed and place <= 100)), cast([] as varchar[])) as pairs,
    count(*) filter (where not disputed) as undisputed
from placed
