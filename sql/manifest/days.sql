-- Grain: a record of a layer, and the day it was first spoken of.
-- What is dated lies in the files of its day, so that what comes in later leaves the files of earlier days as they were. The first day
-- counts, because later judgements do not move it. What has no date, or one that no product can have, has none.
select
    placed.kind, placed.record_id, placed.layer, placed.prompt_id, spoken.first_day as day
from layers.records as placed
left join weighting.spoken as spoken on spoken.kind = placed.kind and spoken.record_id = placed.record_id
