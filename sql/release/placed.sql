-- Grain: a record of a file that is due, and that file.
-- Of one kind, and of the files that are due: as many as memory has room for.
select
    placed.record_id, placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum, places.file_number
from manifest.places as places
semi join release.due as due on due.file_number = places.file_number
join layers.records as placed on placed.kind = places.kind and placed.record_id = places.record_id
where places.kind = $kind
