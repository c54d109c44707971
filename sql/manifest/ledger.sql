-- Grain: one row, the ledger.
-- Its content as two sums over row ids: equal for equal content, however it was cut into files and whenever it came. Consent taken back by
-- command is content, and neither a record of a file nor a file.
select
    cast(coalesce(sum(cast(digest_high as decimal(38, 0))), 0) as varchar) as digest_high,
    cast(coalesce(sum(cast(digest_low as decimal(38, 0))), 0) as varchar) as digest_low,
    count(*) filter (where from_file) as batches,
    cast(coalesce(sum("rows"), 0) as bigint) as "rows",
    cast(coalesce(sum(read) filter (where from_file), 0) as bigint) as read,
    cast(coalesce(sum(accepted) filter (where from_file), 0) as bigint) as accepted,
    cast(coalesce(sum(quarantined) filter (where from_file), 0) as bigint) as quarantined
from (select *, source is distinct from 'withdraw' or uri is distinct from 'withdraw' as from_file from ledger.batches) as batches
