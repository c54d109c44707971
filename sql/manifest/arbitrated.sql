-- Grain: a pair that people settled since the parent release, on at least one dimension.
-- What was arbitrated is named, not only counted: whoever asks why a label changed finds it. Files that both releases hold are
-- not read: equal files hold equal settlements.
select later.record_id as pair_id
from manifest.after as later
left join manifest.before as earlier on earlier.kind = later.kind and earlier.record_id = later.record_id
where later.kind = 'pairs'
    and array_length(list_filter(later.settled, lambda d: not list_contains(coalesce(earlier.settled, cast([] as varchar[])), d))) > 0
order by pair_id
