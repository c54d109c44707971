-- Grain: a record that is written now, and the file it goes to.
-- Of one kind, and of the files from $first to $last: as many as memory has room for.
select
    placed.record_id, placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, places.file_number
from manifest.places as places
join layers.records as placed on placed.kind = places.kind and placed.record_id = places.record_id
where places.kind = $kind and places.file_number between $first and $last
