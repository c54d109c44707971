-- Grain: a kind of record, what happened to it, and the layers it went from and to.
-- What a release adds to its parent and takes away. Files that both hold are not read: equal files hold equal records.
select
    coalesce(later.kind, earlier.kind) as kind,
    case
        when earlier.record_id is null then 'added'
        when later.record_id is null then 'removed'
        when earlier.label is distinct from later.label then 'relabelled'
        else 'moved'
    end as change,
    earlier.layer as from_layer,
    later.layer as to_layer,
    count(*) as records
from manifest.after as later
full join manifest.before as earlier on earlier.kind = later.kind and earlier.record_id = later.record_id
where earlier.record_id is null or later.record_id is null or earlier.layer <> later.layer
    or earlier.label is distinct from later.label
group by all
order by kind, change, from_layer, to_layer
