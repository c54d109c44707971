-- Grain: one row, the ledger.
-- Its content as two sums over row ids: equal for equal content, however it was cut into files and whenever it came.
select
    cast(coalesce(sum(cast(digest_high as decimal(38, 0))), 0) as varchar) as digest_high,
    cast(coalesce(sum(cast(digest_low as decimal(38, 0))), 0) as varchar) as digest_low,
    count(*) as batches,
    cast(coalesce(sum("rows"), 0) as bigint) as "rows",
    cast(coalesce(sum(read), 0) as bigint) as read,
    cast(coalesce(sum(accepted), 0) as bigint) as accepted,
    cast(coalesce(sum(quarantined), 0) as bigint) as quarantined
from ledger.batches
