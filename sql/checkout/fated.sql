-- Grain: a record that was read.
-- What its lengths say of it, once they were measured. It is read in several places, and shown rather than kept: joining
-- it anew takes less than writing it down.
select
    records.* exclude (fate),
    case
        when fate = 'kept' and $drop_long and coalesce(lengths.dropped, false) then 'the trainer would drop it at its length'
        when fate = 'kept' and $drop_long and coalesce(lengths.same, false) then 'the same on both sides once cut'
        else fate
    end as fate
from checkout.records as records
left join checkout.lengths as lengths
    on lengths.kind = records.kind and lengths.record_id = records.record_id and lengths.side = records.side
